// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.TermStarted;
import dev.muster.server.replica.FollowerReplica;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.task.FakeLoop;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.Moment;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RewindTest {
    private static final int RING = 20;
    private static final int COMMANDS = 1_000;
    private static final int QUESTIONS = 1_000;

    @TempDir
    private Path folder;

    private final FakeLoop loop = new FakeLoop();
    private final SingleReplica replica = Replicas.inline(settings -> settings.setMaxEvents(RING));
    private final List<List<String>> recorded = new ArrayList<>();
    private final Random random = new Random(7);

    @Test
    void theListOfAnyRevisionIsTheOneThatWasOnEveryNode() {
        EventHistory full = start(replica, "a", Retention.DEFAULT, null);
        change(COMMANDS);
        loop.run();
        EventHistory emptied = start(new FollowerReplica("node-2", replica, ""), "b", Retention.DEFAULT, full);

        for (int i = 0; i < QUESTIONS; i++) {
            int revision = 1 + random.nextInt(recorded.size() - 1);
            EventHistory asked = i % 2 == 0 ? full : emptied;
            RegistryState then = at(asked, Moment.newBuilder().setRevision(revision));
            assertThat(then.revision()).isEqualTo(revision);
            assertThat(list(then)).as("revision " + revision).isEqualTo(recorded.get(revision));
        }
    }

    @Test
    void aTimeMeansTheLastChangeUpToIt() {
        EventHistory history = start(replica, "a", Retention.DEFAULT, null);
        change(50);
        long now = replica.state().clockMillis();

        assertThat(list(at(history, Moment.newBuilder().setTimeMillis(now)))).isEqualTo(list(replica.state()));
        RegistryState nothing = at(history, Moment.newBuilder().setTimeMillis(now - 1));
        assertThat(nothing.revision()).isZero();
        assertThat(list(nothing)).isEmpty();
    }

    @Test
    void whatIsNotKeptIsRefusedInWordsThatSayWhatIs() {
        EventHistory history = start(replica, "a", new Retention(Duration.ofDays(1), 1_000_000, 64 << 10), null);
        for (int i = 0; i < 10; i++) {
            change(COMMANDS / 10);
            loop.advance(Duration.ofSeconds(1));
        }

        long oldest = history.oldest();
        assertThat(oldest).isBetween(100L, 1_100L);
        assertThatThrownBy(() -> at(history, Moment.newBuilder().setRevision(3)))
                .rootCause()
                .hasMessageMatching(
                        "REASON_NOT_RETAINED: at: revision 3 \\(expected: revision \\d+ or a later one, or a"
                                + " time from \\S+ on\\); the events before are not kept any more");
        long first = replica.state().revision() - 100;
        assertThat(list(at(history, Moment.newBuilder().setRevision(first)))).isEqualTo(recorded.get((int) first));
    }

    @Test
    void aRevisionThatIsNotThereYetIsRefused() {
        EventHistory history = start(replica, "a", Retention.DEFAULT, null);
        change(10);

        assertThatThrownBy(() -> at(history, Moment.newBuilder().setRevision(4_711)))
                .rootCause()
                .hasMessageContaining("REASON_INVALID: at.revision: 4711 (expected: at most ");
    }

    @Test
    void behindARestoreIsAnotherHistory() {
        EventHistory history = start(replica, "a", Retention.DEFAULT, null);
        change(10);
        Replicas.done(
                replica,
                Command.newBuilder()
                        .setTermStarted(TermStarted.newBuilder()
                                .setNode("node-1")
                                .setGenesis(Genesis.newBuilder()
                                        .setClusterId("restored")
                                        .setEpochId(4_711)
                                        .setFeatureLevel(Limits.FEATURE_LEVEL)
                                        .setSettings(Limits.defaultSettings()))));
        long begun = replica.state().revision();

        assertThat(list(at(history, Moment.newBuilder().setRevision(begun)))).isEqualTo(list(replica.state()));
        assertThatThrownBy(() -> at(history, Moment.newBuilder().setRevision(begun - 1)))
                .rootCause()
                .hasMessageContaining("REASON_NOT_RETAINED: at: revision " + (begun - 1))
                .hasMessageContaining("expected: revision " + begun)
                .hasMessageContaining("of which this is a restore");
    }

    private EventHistory start(
            Replica of, String name, Retention retention, @org.jspecify.annotations.Nullable EventHistory other) {
        return EventHistory.start(
                of,
                new EventHistory.Options(
                        Optional.of(folder.resolve(name)),
                        retention,
                        (address, request) -> other == null
                                ? CompletableFuture.failedFuture(new IllegalStateException("no peer was expected"))
                                : other.fetch(request),
                        report -> {}),
                loop);
    }

    private RegistryState at(EventHistory history, Moment.Builder moment) {
        CompletableFuture<RegistryState> answer = history.at(moment.build());
        loop.run();
        assertThat(answer).isDone();
        return answer.join();
    }

    /** Changes the list at random and records it at each revision. */
    private void change(int commands) {
        while (recorded.size() <= replica.state().revision()) {
            recorded.add(list(replica.state()));
        }
        List<Long> leases = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            if (leases.size() < 5) {
                leases.add(Replicas.granted(replica, 10_000));
            } else {
                once(leases);
            }
            if (recorded.size() <= replica.state().revision()) {
                recorded.add(list(replica.state()));
            }
        }
    }

    private void once(List<Long> leases) {
        String service = "s" + random.nextInt(3);
        String id = "i" + random.nextInt(8);
        InstanceKey key = InstanceKey.newBuilder().setService(service).setId(id).build();
        Command.Builder command = Command.newBuilder();
        switch (random.nextInt(8)) {
            case 0 ->
                command.setExpireLeases(
                        ExpireLeases.newBuilder().addLeases(leases.remove(random.nextInt(leases.size()))));
            case 1, 2 -> command.setDeregister(Replicas.deregister(service, id));
            case 3, 4 ->
                command.setUpdate(
                        UpdateRequest.newBuilder().setKey(key).setStatus(Status.forNumber(1 + random.nextInt(4))));
            default ->
                command.setRegister(Replicas.register(
                        service, id, random.nextBoolean() ? leases.get(random.nextInt(leases.size())) : 0));
        }
        replica.submit(command.build()).join();
    }

    private static List<String> list(RegistryState state) {
        List<String> list = new ArrayList<>();
        for (ServiceEntry service : state.catalog().services()) {
            if (service.size() > 0) {
                list.add(service.name() + " changed at " + service.revision());
                service.instances().forEach(instance -> list.add(instance.toInstance() + ""));
            }
        }
        return list;
    }
}
