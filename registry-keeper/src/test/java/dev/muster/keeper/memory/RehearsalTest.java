// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.keeper.archive.ArchiveBounds;
import dev.muster.keeper.archive.Incident;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.diagnostics.Diagnostics;
import dev.muster.keeper.diagnostics.Part;
import dev.muster.keeper.diagnostics.Subject;
import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.Replacement.Action;
import dev.muster.keeper.memory.Replacement.Event;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.memory.Replacement.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All parts together, with real JVMs: an instance that ran out of memory is replaced by a larger one. */
final class RehearsalTest {
    private static final long PLENTY = 1L << 40;

    @TempDir
    Path folder;

    private final BlockingQueue<MemoryError> errors = new LinkedBlockingQueue<>();
    private final Deque<Event> events = new ArrayDeque<>();
    private final List<Action> done = new ArrayList<>();
    private final List<String> served = new ArrayList<>();
    private final Deque<ChildJvm> children = new ArrayDeque<>();

    static Stream<Arguments> errors() {
        return ChildJvm.jdks().stream()
                .flatMap(jdk -> Stream.of(
                        Arguments.of(jdk, "/oom?caught=true", MemoryKnob.HEAP, "MaxHeapSize=" + (56L << 20)),
                        Arguments.of(jdk, "/soe", MemoryKnob.STACK, "ThreadStackSize=1180")));
    }

    @AfterEach
    void endAll() {
        children.forEach(ChildJvm::close);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void instanceThatRanOutOfMemoryIsReplacedByALargerOneWhichServesBeforeItIsDestroyed(
            Path jdk, String request, MemoryKnob knob, String flag) throws Exception {
        IncidentArchive archive =
                IncidentArchive.open(folder.resolve("archive"), ArchiveBounds.DEFAULT, InstantSource.system());
        LaunchLine launch = ChildJvm.launch(jdk, ChildJvm.WATCHED);
        ChildJvm old = start(launch);
        try (MemoryWatch watch = MemoryWatch.start(
                old.process(), Optional.of(old.log()), ErrorCounts.NONE, errors::add, InstantSource.system())) {
            var unused = old.get(request);
            MemoryError error = errors.poll(20, TimeUnit.SECONDS);
            assertThat(error).isNotNull();
            String flags = new AttachedJvm(old.process()).run("VM.flags", Duration.ofSeconds(20));
            MemoryGrowth growth = new MemoryKnobs(MemoryPolicy.DEFAULT)
                    .next(error.kind(), launch, MemoryKnobs.inForce(flags), 0, PLENTY);
            assertThat(((Grown) growth).knob()).isEqualTo(knob);
            events.add(Event.errorSeen(growth));
            Replacement state = Replacement.NONE;
            while (!events.isEmpty()) {
                Step step = state.on(events.remove(), ReplacementTimes.DEFAULT);
                state = step.next();
                for (Action action : step.actions()) {
                    act(action, state, error, archive);
                }
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> watch.state() == MemoryWatch.State.GONE);
        }
        assertThat(done)
                .containsExactly(
                        Action.JOURNAL_BEFORE,
                        Action.START_NEW,
                        Action.SWAP,
                        Action.REMEMBER_SIZE,
                        Action.DRAIN_OLD,
                        Action.DIAGNOSE_OLD,
                        Action.DESTROY_OLD,
                        Action.JOURNAL_AFTER_DONE);
        assertThat(old.isAlive()).isFalse();
        assertThat(new AttachedJvm(children.getLast().process()).run("VM.flags", Duration.ofSeconds(20)))
                .contains(flag);
        assertThat(served).as("answers while the old one was destroyed").containsExactly("200", "200");
        Incident incident = archive.open("4711").orElseThrow();
        assertThat(Files.readString(incident.folder().resolve("new-instance.log")))
                .startsWith("ready ");
        assertThat(incident.folder().resolve("heap.hprof.gz")).isNotEmptyFile();
    }

    private void act(Action action, Replacement state, MemoryError error, IncidentArchive archive) throws IOException {
        done.add(action);
        switch (action) {
            case JOURNAL_BEFORE, REMEMBER_SIZE, JOURNAL_AFTER_DONE -> {}
            case START_NEW -> {
                start(state.growth().orElseThrow().launch());
                events.add(Event.of(EventType.NEW_READY, state.starts()));
            }
            case SWAP -> events.add(Event.of(EventType.TOLD));
            case DRAIN_OLD -> events.add(Event.of(EventType.DRAINED));
            case DIAGNOSE_OLD -> {
                diagnose(error, archive);
                events.add(Event.of(EventType.BUNDLE_DONE));
            }
            case DESTROY_OLD -> {
                served.add(ping());
                children.getFirst().close();
                served.add(ping());
                events.add(Event.of(EventType.OLD_GONE));
            }
            case DESTROY_NEW,
                    RESTORE_OLD,
                    JOURNAL_AFTER_FAILED,
                    JOURNAL_INTERRUPTED,
                    JOURNAL_WITHOUT_RESTART,
                    LOOK_AGAIN,
                    HAND_BACK -> throw new AssertionError(action);
        }
    }

    private void diagnose(MemoryError error, IncidentArchive archive) {
        ChildJvm old = children.getFirst();
        AttachedJvm jvm = new AttachedJvm(old.process());
        IncidentArchive.Draft draft = archive.begin("double", "4711");
        Subject subject = new Subject(
                old.process().pid(),
                jvm::run,
                true,
                Optional.of(old.log()),
                Optional.of(children.getLast().log()),
                Optional.empty(),
                Map.of("kind", error.kind().toString()));
        assertThat(new Diagnostics(InstantSource.system(), System::nanoTime)
                        .collect(draft.folder(), subject, archive::refusal))
                .extracting(Part::outcome)
                .containsOnly(Part.Outcome.KEPT);
        draft.complete();
    }

    private String ping() {
        return Integer.toString(children.getLast().get("/ping").join().statusCode());
    }

    private ChildJvm start(LaunchLine launch) {
        ChildJvm child = ChildJvm.start(launch, folder);
        children.add(child);
        await().atMost(Duration.ofSeconds(20)).until(child::isAlive);
        return child;
    }
}
