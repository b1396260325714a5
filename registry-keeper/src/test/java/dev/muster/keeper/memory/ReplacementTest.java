// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryGrowth.Reason;
import dev.muster.keeper.memory.MemoryGrowth.Refused;
import dev.muster.keeper.memory.Replacement.Action;
import dev.muster.keeper.memory.Replacement.Event;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.memory.Replacement.Phase;
import dev.muster.keeper.memory.Replacement.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every order of events, in a small world of two processes and a registry: whatever goes wrong, no instance that serves
 * is taken away by the keeper before another one serves.
 */
final class ReplacementTest {
    private static final ReplacementTimes TIMES = new ReplacementTimes(
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofMinutes(6),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            2);
    private static final MemoryGrowth MORE =
            new Grown(MemoryKnob.HEAP, 64, 74, new LaunchLine(List.of("java", "-Xmx74", "Main"), Map.of()));
    private static final MemoryGrowth NO_MORE = new Refused(Reason.MAX_RESTARTS, "4 replacements did not help");

    /** What the registry is being told at this moment. */
    private enum Telling {
        NOTHING,
        SWAP,
        RESTORE
    }

    /** The processes and the registry, as they really are. */
    private record World(
            boolean oldAlive, boolean newAlive, boolean oldUp, boolean newUp, Telling telling, boolean journalOpen) {
        static final World BEGIN = new World(true, false, true, false, Telling.NOTHING, false);

        boolean serves() {
            return (oldAlive && oldUp) || (newAlive && newUp);
        }

        World processes(boolean old, boolean fresh) {
            return new World(old, fresh, oldUp, newUp, telling, journalOpen);
        }

        World told(boolean old, boolean fresh, Telling next) {
            return new World(oldAlive, newAlive, old, fresh, next, journalOpen);
        }

        World journal(boolean open) {
            return new World(oldAlive, newAlive, oldUp, newUp, telling, open);
        }
    }

    private record Situation(Replacement replacement, World world) {
        /** Without the numbers, which only grow. */
        Situation counted() {
            Replacement r = replacement;
            return new Situation(
                    new Replacement(
                            r.phase(),
                            0,
                            0,
                            r.attempts(),
                            0,
                            r.oldAlive(),
                            r.newAlive(),
                            r.again(),
                            r.refused(),
                            r.growth()),
                    world);
        }
    }

    /** One thing that may happen next, and the world after it. */
    private record Happening(Event event, World after) {}

    @Test
    void undisturbedReplacementGoesItsWay() {
        Replacement state = Replacement.NONE;
        List<Action> actions = new ArrayList<>();
        List<EventType> events = List.of(
                EventType.ERROR_SEEN,
                EventType.NEW_READY,
                EventType.TOLD,
                EventType.DRAINED,
                EventType.BUNDLE_DONE,
                EventType.OLD_GONE);
        for (EventType type : events) {
            Event event = type == EventType.ERROR_SEEN ? Event.errorSeen(MORE) : Event.of(type, 1);
            Step step = state.on(event, TIMES);
            actions.addAll(step.actions());
            state = step.next();
        }
        assertThat(actions)
                .containsExactly(
                        Action.JOURNAL_BEFORE,
                        Action.START_NEW,
                        Action.SWAP,
                        Action.REMEMBER_SIZE,
                        Action.DRAIN_OLD,
                        Action.DIAGNOSE_OLD,
                        Action.DESTROY_OLD,
                        Action.JOURNAL_AFTER_DONE);
        assertThat(state.phase()).isEqualTo(Phase.NONE);
        assertThat(state.restarts()).isEqualTo(1);
    }

    @Test
    void everyOrderOfEventsKeepsTheServiceServingAndTheJournalInPairs() {
        Set<Situation> seen = new LinkedHashSet<>();
        Deque<Situation> open = new ArrayDeque<>();
        open.add(new Situation(Replacement.NONE, World.BEGIN));
        Set<Phase> phases = new LinkedHashSet<>();
        while (!open.isEmpty()) {
            Situation situation = open.remove();
            if (!seen.add(situation.counted())) {
                continue;
            }
            phases.add(situation.replacement().phase());
            for (Happening happening : happenings(situation)) {
                open.add(after(situation, happening));
            }
        }
        assertThat(phases).containsExactlyInAnyOrder(Phase.values());
        assertThat(seen).hasSizeGreaterThan(100);
        System.out.println(seen.size() + " situations");
    }

    @Test
    void whateverWentWrongAWorldThatBehavesEndsTheReplacement() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            Situation situation = new Situation(Replacement.NONE, World.BEGIN);
            for (int i = random.nextInt(40); i > 0; i--) {
                List<Happening> next = happenings(situation);
                situation = after(situation, next.get(random.nextInt(next.size())));
            }
            for (int i = 0; i < 20 && situation.replacement().phase() != Phase.STOPPED; i++) {
                Optional<Event> wish = wish(situation.replacement());
                if (wish.isEmpty()) {
                    break;
                }
                EventType type = wish.get().type();
                Situation now = situation;
                situation = happenings(now).stream()
                        .filter(happening -> happening.event().type() == type)
                        .findFirst()
                        .map(happening -> after(now, happening))
                        .orElseThrow(() -> new AssertionError(type + " in " + now));
            }
            assertThat(situation.replacement().phase()).as("seed %d", seed).isIn(Phase.NONE, Phase.STOPPED);
            assertThat(situation.world().journalOpen()).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void newInstanceThatDoesNotStartIsTriedAgainLaterAndGivenUpAtTheMaximum() {
        Step first = Replacement.NONE.on(Event.errorSeen(MORE), TIMES);
        Step failed = first.next().on(Event.of(EventType.NEW_GONE, first.next().starts()), TIMES);
        assertThat(failed.actions()).isEmpty();
        assertThat(failed.limit()).contains(Duration.ofSeconds(1));
        Step second = failed.next().on(Event.of(EventType.TIME_UP, failed.next().timer()), TIMES);
        assertThat(second.actions()).containsExactly(Action.START_NEW);
        Step late = second.next().on(Event.of(EventType.NEW_READY, first.next().starts()), TIMES);
        assertThat(late.next()).isEqualTo(second.next());
        Step given = second.next().on(Event.of(EventType.TIME_UP, second.next().timer()), TIMES);
        assertThat(given.actions()).containsExactly(Action.DESTROY_NEW, Action.JOURNAL_AFTER_FAILED);
        assertThat(given.reason()).isEqualTo("the new instance did not serve within PT1M, 2 times");
    }

    @Test
    void refusalIsToldOnceUntilItIsQuietOrAnother() {
        Step first = Replacement.NONE.on(Event.errorSeen(NO_MORE), TIMES);
        assertThat(first.actions()).containsExactly(Action.JOURNAL_WITHOUT_RESTART);
        assertThat(first.reason()).isEqualTo("MAX_RESTARTS: 4 replacements did not help");
        assertThat(first.next().on(Event.errorSeen(NO_MORE), TIMES).actions()).isEmpty();
        assertThat(first.next()
                        .on(Event.errorSeen(new Refused(Reason.NO_HOST_MEMORY, "")), TIMES)
                        .actions())
                .containsExactly(Action.JOURNAL_WITHOUT_RESTART);
        Replacement quiet = first.next().on(Event.of(EventType.QUIET), TIMES).next();
        assertThat(quiet.on(Event.errorSeen(NO_MORE), TIMES).actions()).containsExactly(Action.JOURNAL_WITHOUT_RESTART);
    }

    @Test
    void errorDuringAReplacementIsJudgedAfterIt() {
        Replacement starting = Replacement.NONE.on(Event.errorSeen(MORE), TIMES).next();
        Step again = starting.on(Event.errorSeen(MORE), TIMES);
        assertThat(again.actions()).isEmpty();
        Replacement state = again.next();
        for (EventType type : List.of(EventType.NEW_READY, EventType.TOLD, EventType.DRAINED, EventType.BUNDLE_DONE)) {
            state = state.on(Event.of(type, 1), TIMES).next();
        }
        assertThat(state.on(Event.of(EventType.OLD_GONE), TIMES).actions())
                .containsExactly(Action.JOURNAL_AFTER_DONE, Action.LOOK_AGAIN);
    }

    @Test
    void quietForgivesRestarts() {
        Replacement twice = Replacement.NONE;
        for (int i = 1; i <= 2; i++) {
            twice = twice.on(Event.errorSeen(MORE), TIMES).next();
            for (EventType type : List.of(
                    EventType.NEW_READY,
                    EventType.TOLD,
                    EventType.DRAINED,
                    EventType.BUNDLE_DONE,
                    EventType.OLD_GONE)) {
                twice = twice.on(Event.of(type, i), TIMES).next();
            }
            assertThat(twice.restarts()).isEqualTo(i);
        }
        assertThat(twice.on(Event.of(EventType.QUIET), TIMES).next().restarts()).isZero();
    }

    /** What a world that behaves would do next. */
    private static Optional<Event> wish(Replacement replacement) {
        return switch (replacement.phase()) {
            case NONE, STOPPED -> Optional.empty();
            case STARTING -> Optional.of(Event.of(EventType.NEW_READY));
            case BACKING_OFF, SWAP_WAITING, RESTORE_WAITING -> Optional.of(Event.of(EventType.TIME_UP));
            case SWAPPING, RESTORING -> Optional.of(Event.of(EventType.TOLD));
            case DRAINING -> Optional.of(Event.of(EventType.DRAINED));
            case DIAGNOSING -> Optional.of(Event.of(EventType.BUNDLE_DONE));
            case DESTROYING -> Optional.of(Event.of(EventType.OLD_GONE));
        };
    }

    /** Everything that can happen now, with what is late or means nothing. */
    private static List<Happening> happenings(Situation situation) {
        Replacement r = situation.replacement();
        World w = situation.world();
        List<Happening> all = new ArrayList<>();
        all.add(new Happening(Event.errorSeen(MORE), w));
        all.add(new Happening(Event.errorSeen(NO_MORE), w));
        for (EventType type : List.of(EventType.DRAINED, EventType.BUNDLE_DONE, EventType.QUIET, EventType.STOP)) {
            all.add(new Happening(Event.of(type), w));
        }
        all.add(new Happening(Event.of(EventType.TIME_UP, r.timer()), w));
        if (w.newAlive()) {
            all.add(new Happening(Event.of(EventType.NEW_READY, r.starts()), w));
            all.add(new Happening(Event.of(EventType.NEW_GONE, r.starts()), w.processes(w.oldAlive(), false)));
        }
        if (w.oldAlive()) {
            all.add(new Happening(Event.of(EventType.OLD_GONE), w.processes(false, w.newAlive())));
        } else if (r.phase() == Phase.DESTROYING) {
            all.add(new Happening(Event.of(EventType.OLD_GONE), w));
        }
        boolean swap = w.telling() == Telling.SWAP;
        if (w.telling() != Telling.NOTHING) {
            World done = w.told(!swap, swap, Telling.NOTHING);
            World undone = w.told(w.oldUp(), w.newUp(), Telling.NOTHING);
            all.add(new Happening(Event.of(EventType.TOLD), done));
            all.add(new Happening(Event.of(EventType.NOT_TOLD), undone));
            all.add(new Happening(Event.of(EventType.TOLD_UNKNOWN), done));
            all.add(new Happening(Event.of(EventType.TOLD_UNKNOWN), undone));
        }
        all.add(new Happening(Event.of(EventType.TIME_UP, r.timer() - 1), w));
        all.add(new Happening(Event.of(EventType.NEW_READY, r.starts() - 1), w));
        all.add(new Happening(Event.of(EventType.NEW_GONE, r.starts() - 1), w));
        return all;
    }

    private static Situation after(Situation before, Happening happening) {
        Step step = before.replacement().on(happening.event(), TIMES);
        World world = happening.after();
        boolean stopped = step.next().phase() == Phase.STOPPED;
        for (Action action : step.actions()) {
            World next = act(world, action, before, happening);
            boolean takesAway = action == Action.DESTROY_OLD || action == Action.DESTROY_NEW;
            if (takesAway && !stopped && world.serves()) {
                assertThat(next.serves())
                        .as("%s after %s in %s", action, happening, before)
                        .isTrue();
            }
            world = next;
        }
        if (before.replacement().phase() == Phase.NONE && !world.oldAlive()) {
            // Not this machine's business: it is started again as after any other death.
            world = world.processes(true, false);
        }
        if (step.next().phase() == Phase.NONE && before.replacement().phase() != Phase.NONE) {
            boolean handedBack = step.actions().contains(Action.HAND_BACK);
            assertThat(world.serves() || handedBack)
                    .as("%s after %s", before, happening)
                    .isTrue();
            // What is left is the old instance of whatever comes next.
            world = World.BEGIN.told(true, false, world.telling());
        }
        assertThat(world.journalOpen())
                .as("journal after %s in %s", happening, before)
                .isEqualTo(step.next().phase() != Phase.NONE && !stopped);
        return new Situation(step.next(), world);
    }

    private static World act(World world, Action action, Situation before, Happening happening) {
        String where = action + " after " + happening + " in " + before;
        return switch (action) {
            case JOURNAL_BEFORE -> {
                assertThat(world.journalOpen()).as(where).isFalse();
                yield world.journal(true);
            }
            case JOURNAL_AFTER_DONE, JOURNAL_AFTER_FAILED, JOURNAL_INTERRUPTED -> {
                assertThat(world.journalOpen()).as(where).isTrue();
                yield world.journal(false);
            }
            case START_NEW -> {
                assertThat(world.newAlive()).as(where).isFalse();
                yield world.processes(world.oldAlive(), true);
            }
            case SWAP, RESTORE_OLD -> {
                assertThat(world.telling()).as(where).isEqualTo(Telling.NOTHING);
                yield world.told(world.oldUp(), world.newUp(), action == Action.SWAP ? Telling.SWAP : Telling.RESTORE);
            }
            case DESTROY_OLD -> world.processes(false, world.newAlive());
            case DESTROY_NEW -> world.processes(world.oldAlive(), false);
            case REMEMBER_SIZE, DRAIN_OLD, DIAGNOSE_OLD, JOURNAL_WITHOUT_RESTART, LOOK_AGAIN, HAND_BACK -> world;
        };
    }
}
