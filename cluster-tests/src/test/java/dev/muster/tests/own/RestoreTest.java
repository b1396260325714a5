// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.NodeStatus;
import dev.muster.client.Position;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.client.WriteResult;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All nodes and disks lost, and a backup. */
final class RestoreTest {
    private static final Map<String, Integer> WIDTHS = new TreeMap<>(Map.of("w32", 32, "w64", 64, "w128", 128));
    private static final int SET_SIZE = 10;
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int DATA_UNUSABLE = 77;

    /** Numbers in a row, and who said them. */
    private record Range(BigInteger first, BigInteger last) {}

    /** What tells one revision, event or incarnation from all others. */
    private record Identity(String cluster, long epoch, String kind, long number) {}

    private final TreeMap<String, Set<Range>> ranges = new TreeMap<>();
    private final Set<Identity> identities = new HashSet<>();

    @Test
    @Tag("long")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void everythingLostIsRestoredTwiceAndNothingIsTheSameTwice() {
        restoreTwice("restore", 40);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everythingLostIsRestoredTwiceAfterTenThousandSetsAndNothingIsTheSameTwice() {
        restoreTwice("restore-long", 10_000);
    }

    private void restoreTwice(String name, int sets) {
        try (TestCluster first = TestCluster.named(name).start()) {
            WIDTHS.forEach((keyspace, width) ->
                    first.client().keyspaces().create(KeyspaceSpec.of(keyspace).width(width)));
            MusterClient user = first.client(builder -> builder.sessionTtl(TTL));
            Registration kept =
                    user.register(ServiceInstance.of("orders", "kept").endpoint("grpc", "h", 1));
            ServiceView view = user.view("orders");
            MusterClient leaver = first.client(builder -> builder.sessionTtl(TTL));
            leaver.register(ServiceInstance.of("orders", "leaver").endpoint("grpc", "h", 2));
            take(first, 5);
            Path backup = first.backUp("t0.backup");

            leaver.close();
            Registration late =
                    user.register(ServiceInstance.of("orders", "late").endpoint("grpc", "h", 3));
            await().until(() -> ids(view).equals(Set.of("kept", "late")));
            take(first, sets);
            NodeStatus before = first.awaitLeader().status();
            long keptBefore = kept.incarnation();
            Path later = first.backUp("t1.backup");
            first.destroy();
            assertDifferentBackupsFoundNoCluster(first, backup, later);
            first.destroy();

            try (TestCluster second =
                    TestCluster.named(name + "-2").restoredFrom(backup).start()) {
                first.restore(backup);
                NodeStatus one = first.awaitLeader().status();
                NodeStatus two = second.awaitLeader().status();
                assertThat(Set.of(before.clusterId(), one.clusterId(), two.clusterId()))
                        .hasSize(3);
                assertThat(Set.of(
                                before.position().epochId(),
                                one.position().epochId(),
                                two.position().epochId()))
                        .hasSize(3);
                assertThat(List.of(one.position().epochOrdinal(), two.position().epochOrdinal()))
                        .containsOnly(2L);
                assertUserRecovers(view, kept, late, keptBefore, one);
                assertLeaverIsListedForItsTimeOnly(second);
                for (TestCluster restored : List.of(first, second)) {
                    assertToldInTheEventLog(restored);
                    assertNarrowKeyspacesRefuseUntilTold(restored);
                    take(restored, 20);
                }
                assertNoNumberTwice();
            }
        }
    }

    private static void assertDifferentBackupsFoundNoCluster(TestCluster cluster, Path one, Path two) {
        cluster.node(1).restore(one);
        cluster.node(2).restore(two);
        cluster.node(3).restore(two);
        cluster.nodes().forEach(TestNode::start);
        TestNode whoSawIt = await("one sees that another was given another backup")
                .atMost(SOON)
                .until(
                        () -> cluster.nodes().stream()
                                .filter(RestoreTest::refused)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();

        assertThat(whoSawIt.awaitExit(SOON).code()).isEqualTo(DATA_UNUSABLE);
        assertThat(cluster.nodes()).noneMatch(node -> node.findStatus().isPresent());
    }

    private static boolean refused(TestNode node) {
        return node.logged().contains("restore the same backup into each of them");
    }

    private static void assertUserRecovers(
            ServiceView view, Registration kept, Registration late, long keptBefore, NodeStatus now) {
        await("the client of the older epoch has registered again")
                .atMost(SOON)
                .until(() -> kept.state() == Registration.State.REGISTERED
                        && kept.incarnation() != keptBefore
                        && late.state() == Registration.State.REGISTERED);
        await("its view is one of the new epoch, and whole").atMost(SOON).untilAsserted(() -> {
            assertThat(view.snapshot().position().epochId())
                    .isEqualTo(now.position().epochId());
            assertThat(ids(view)).contains("kept", "late");
        });
    }

    /** Nobody takes it from the list before its lease has run once more in the new epoch, and nobody keeps it longer. */
    private static void assertLeaverIsListedForItsTimeOnly(TestCluster restored) {
        MusterClient client = restored.client();
        await("who is not back after its lease is gone")
                .atMost(SOON)
                .until(() ->
                        ids(client.lookup(LookupQuery.of("orders")).instances()).isEmpty());
        Instant began = at(client, EventType.RESTORED, "");
        assertThat(Duration.between(began, at(client, EventType.INSTANCE_EXPIRED, "leaver")))
                .isBetween(TTL.minusMillis(100), SOON);
    }

    private static Instant at(MusterClient client, EventType type, String id) {
        EventQuery query = EventQuery.all().types(type);
        return client.events()
                .list(id.isEmpty() ? query : query.service("orders").id(id))
                .findFirst()
                .orElseThrow()
                .time();
    }

    private static void assertToldInTheEventLog(TestCluster restored) {
        assertThat(restored.client().events().list(EventQuery.all().types(EventType.RESTORED)))
                .singleElement()
                .satisfies(event -> assertThat(event.cause()).startsWith("epoch 2 begins with revision "));
    }

    private void assertNarrowKeyspacesRefuseUntilTold(TestCluster restored) {
        MusterClient client = restored.client();
        for (String narrow : List.of("w32", "w64")) {
            assertThatThrownBy(() -> client.keyspace(narrow).nextSet(1))
                    .isInstanceOfSatisfying(
                            MusterException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(MusterException.Reason.CLOSED));
            BigInteger highest = ranges.get(narrow).stream()
                    .map(Range::last)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            client.keyspaces().resume(narrow, Key.of(highest.add(BigInteger.ONE)));
        }
    }

    /** Takes so many sets of each keyspace, and makes a revision, an incarnation and an event with each. */
    private void take(TestCluster cluster, int sets) {
        MusterClient client = cluster.client();
        String id = cluster.awaitLeader().status().clusterId();
        for (int i = 0; i < sets; i++) {
            for (String keyspace : WIDTHS.keySet()) {
                KeySet set = client.keyspace(keyspace).nextSet(SET_SIZE);
                boolean isNew = ranges.computeIfAbsent(keyspace, unused -> new HashSet<>())
                        .add(new Range(set.first().toBigInteger(), set.last().toBigInteger()));
                assertThat(isNew).as("set %s of %s is new", set, keyspace).isTrue();
            }
            WriteResult written = client.write(
                    Change.register(ServiceInstance.of("taken", "i" + i).endpoint("grpc", "h", 1)));
            Position at = written.position();
            long event = client.events().append("taken", "set " + i, Optional.empty());
            assertNew(new Identity(id, at.epochId(), "revision", at.revision()));
            assertNew(new Identity(id, at.epochId(), "incarnation", written.incarnation()));
            assertNew(new Identity(id, at.epochId(), "event", event));
        }
    }

    private void assertNew(Identity identity) {
        assertThat(identities.add(identity)).as("%s is new", identity).isTrue();
    }

    private void assertNoNumberTwice() {
        ranges.forEach((keyspace, all) -> {
            BigInteger last = BigInteger.ONE.negate();
            for (Range range :
                    all.stream().sorted(Comparator.comparing(Range::first)).toList()) {
                assertThat(range.first()).as("numbers of %s", keyspace).isGreaterThan(last);
                last = range.last();
            }
        });
    }

    private static Set<String> ids(ServiceView view) {
        return ids(view.instances());
    }

    private static Set<String> ids(List<ServiceInstance> instances) {
        Set<String> ids = new HashSet<>();
        instances.forEach(instance -> ids.add(instance.id()));
        return ids;
    }
}
