// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.Consistency;
import dev.muster.client.EventPair;
import dev.muster.client.EventQuery;
import dev.muster.client.EventStream;
import dev.muster.client.EventType;
import dev.muster.client.Failover;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupResult;
import dev.muster.client.Moment;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.testing.BeginPair;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.DataFiles;
import dev.muster.testing.Hashes;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The event log, on a cluster that keeps next to no log behind its snapshots, so that a wiped node gets a snapshot. */
@ClusterTest(settings = {"snapshot.entries=100", "log.segment=64KiB", "log.keep-bytes=0"})
final class EventsTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void killedLeadersAndAWipedNodeLeaveOneLogOnAllNodesAndATailWithoutGapOrRepeat(TestCluster cluster) {
        killLeaders(cluster, 2);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void tenKilledLeadersAndAWipedNodeLeaveOneLogOnAllNodes(TestCluster cluster) {
        killLeaders(cluster, 10);
    }

    @Test
    void killedLeaderLeavesEachAppendedEventInTheLogOnce(TestCluster cluster) {
        MusterClient client = cluster.client();
        for (int i = 0; i < 60; i++) {
            if (i == 20) {
                cluster.awaitLeader().kill();
            }
            client.events().append("deployed", "release " + i, Optional.of(InstanceKey.of("orders", "a")));
        }

        List<RegistryEvent> appended = client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service("orders"))
                .toList();

        assertThat(appended)
                .extracting(RegistryEvent::cause)
                .containsExactlyElementsOf(
                        LongStream.range(0, 60).mapToObj(i -> "release " + i).toList());
        assertThat(appended).extracting(RegistryEvent::kind).containsOnly("deployed");
    }

    @Test
    void killedLeaderAndARestartLeaveTheListsOfThePastAsTheyWereOnAllNodes(TestCluster cluster) {
        compareThePast(cluster, 60);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void thousandListsOfThePastAreAsTheyWereOnAllNodes(TestCluster cluster) {
        compareThePast(cluster, 1000);
    }

    /** Lists at so many revisions, and the leader killed in the midst of them. */
    private static void compareThePast(TestCluster cluster, int lists) {
        MusterClient client = cluster.client();
        Map<Long, List<ServiceSummary>> recorded = new TreeMap<>();
        for (int i = 0; i < lists; i++) {
            String id = "i" + i % 7;
            Change change = i % 3 == 2
                    ? Change.deregister(InstanceKey.of("s" + i % 4, id))
                    : Change.register(ServiceInstance.of("s" + i % 4, id).endpoint("grpc", "10.0.0.1", 8080));
            try {
                client.write(change);
            } catch (MusterException notRegistered) {
                assertThat(notRegistered.reason()).isEqualTo(MusterException.Reason.NOT_FOUND);
            }
            LookupResult stamp = client.lookup("s0");
            recorded.put(
                    stamp.position().revision(),
                    client.services("", Consistency.LINEARIZABLE).toList());
            if (i == lists / 2) {
                TestNode leader = cluster.awaitLeader();
                leader.kill();
                cluster.awaitLeader();
                leader.restart();
            }
        }
        settled(cluster, client);

        for (TestNode node : cluster.nodes()) {
            MusterClient asking = cluster.clientOf(node);
            recorded.forEach((revision, list) -> assertThat(asking.services("", Consistency.LOCAL, Moment.of(revision)))
                    .as(node.name() + " at revision " + revision)
                    .containsExactlyElementsOf(list));
        }
    }

    @Test
    void killedLeaderIsToldWithWhatLedToItsSuccessorAndWhatFollowed(TestCluster cluster) {
        MusterClient client = cluster.client();
        client.write(Change.register(ServiceInstance.of("orders", "a").endpoint("grpc", "10.0.0.1", 8080)));
        TestNode killed = cluster.awaitLeader();
        long term = cluster.term();
        long begin = System.nanoTime();
        killed.kill();
        client.write(Change.register(ServiceInstance.of("orders", "b").endpoint("grpc", "10.0.0.1", 8081)));
        Duration outage = Duration.ofNanos(System.nanoTime() - begin);

        RegistryEvent led = client.events()
                .list(EventQuery.all().types(EventType.LEADER_CHANGED).newestFirst(true))
                .findFirst()
                .orElseThrow();
        Failover failover = led.failover().orElseThrow();
        assertThat(failover.oldLeader()).isEqualTo(killed.name()).isNotEqualTo(led.actor());
        assertThat(failover.oldTerm()).isEqualTo(term).isLessThan(led.term());
        assertThat(failover.silence())
                .as("from its last contact, at most one interval of heartbeats and one look before it was killed")
                .isPositive()
                .isLessThan(outage.plus(Duration.ofSeconds(1)));
        assertThat(failover.election()).isBetween(Duration.ZERO, failover.silence());
        assertThat(failover.leases()).isPositive();
        assertThat(client.events().list(EventQuery.all().fromSequence(led.sequence() + 1)))
                .as("the first write of the term")
                .filteredOn(event -> event.key().equals(Optional.of(InstanceKey.of("default", "orders", "b"))))
                .isNotEmpty();
        killed.restart();
    }

    @Test
    @Tag("long")
    void killedClientLeavesAPairOpenThatItsNextProcessCloses(TestCluster cluster) {
        EventPair.Name name = new EventPair.Name("host-1", "incident-1");
        JavaChild keeper = JavaChild.start(
                cluster.folder(),
                "keeper",
                BeginPair.class.getName(),
                List.of(String.join(",", cluster.endpoints()), name.owner(), name.id()));
        cluster.closedWithCluster(keeper::kill);
        keeper.awaitOutput("BEGUN", LONGEST_WAIT);
        keeper.kill();
        MusterClient next = cluster.client();
        await("its session has ended")
                .atMost(LONGEST_WAIT)
                .until(() -> next.events()
                        .list(EventQuery.all().types(EventType.SESSION_EXPIRED))
                        .findFirst()
                        .isPresent());
        cluster.awaitLeader().kill();

        long end = next.events().end(name, "started", "by the next process", Optional.empty());
        assertThatThrownBy(() -> next.events().end(name, "started", "once more", Optional.empty()))
                .hasMessageContaining("pair host-1/incident-1 is not open");
        List<RegistryEvent> told = next.events()
                .list(EventQuery.all().types(EventType.CLIENT, EventType.CLIENT_INTERRUPTED))
                .filter(event -> event.pair().map(EventPair::name).equals(Optional.of(name)))
                .toList();
        assertThat(told).hasSize(2);
        assertThat(told.get(1).sequence()).isEqualTo(end);
        assertThat(told.get(1).pair())
                .contains(new EventPair(name, EventPair.Part.AFTER, told.get(0).sequence()));
    }

    private static void killLeaders(TestCluster cluster, int kills) {
        MusterClient reader = cluster.client();
        Queue<RegistryEvent> heard = new ConcurrentLinkedQueue<>();
        try (EventStream tail = reader.events().tail(EventQuery.all().fromSequence(1), heard::add)) {
            outgrowTheRing(cluster.client());
            Workload writers = cluster.startWriters(4);
            TestNode wiped = cluster.node(1);
            for (int kill = 0; kill < kills; kill++) {
                writers.awaitMore(100);
                TestNode leader = cluster.awaitLeader();
                leader.kill();
                if (kill == 1) {
                    leader.wipe();
                    wiped = leader;
                }
                writers.awaitMore(50);
                leader.restart();
            }
            writers.stop();
            long last = settled(cluster, reader);

            await("the tail has event " + last)
                    .atMost(LONGEST_WAIT)
                    .until(() -> heard.stream().anyMatch(event -> event.sequence() >= last));
            assertThat(heard)
                    .extracting(RegistryEvent::sequence)
                    .startsWith(LongStream.rangeClosed(1, last).boxed().toArray(Long[]::new))
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(tail.ended()).isNotDone();
            List<RegistryEvent> told =
                    heard.stream().filter(event -> event.sequence() <= last).toList();
            for (TestNode node : cluster.nodes()) {
                assertThat(log(cluster, node, last)).as(node.name()).isEqualTo(told);
            }
            assertHasAllItself(cluster, wiped);
            assertThat(told)
                    .filteredOn(event -> event.type() == EventType.LEADER_CHANGED)
                    .hasSizeGreaterThan(kills)
                    .extracting(RegistryEvent::actor)
                    .containsAnyElementsOf(List.of("n1", "n2", "n3"))
                    .doesNotContain("");
        }
    }

    /** More events than a snapshot brings along. */
    private static void outgrowTheRing(MusterClient client) {
        List<Change> all = IntStream.range(0, 128)
                .<Change>mapToObj(
                        i -> Change.register(ServiceInstance.of("many", "i" + i).endpoint("grpc", "10.0.0.1", 8080)))
                .toList();
        for (int i = 0; i < 90; i++) {
            client.writeAll(all);
        }
    }

    /** The node does not only pass on what the others have: its files hold as many bytes of events as theirs. */
    private static void assertHasAllItself(TestCluster cluster, TestNode node) {
        TestNode other = cluster.nodes().stream()
                .filter(each -> each != node)
                .findFirst()
                .orElseThrow();
        await(node + " has fetched what it lost")
                .atMost(LONGEST_WAIT)
                .untilAsserted(() -> assertThat(DataFiles.eventBytes(node))
                        .isEqualTo(DataFiles.eventBytes(other))
                        .isGreaterThan(1_000_000));
    }

    /** The newest event when all nodes have come to rest. */
    private static long settled(TestCluster cluster, MusterClient reader) {
        Hashes.awaitEqual(cluster);
        return reader.events()
                .list(EventQuery.all().newestFirst(true))
                .findFirst()
                .orElseThrow()
                .sequence();
    }

    /** What this node tells by itself. */
    private static List<RegistryEvent> log(TestCluster cluster, TestNode node, long last) {
        return cluster.clientOf(node)
                .events()
                .list(EventQuery.all().consistency(Consistency.LOCAL).fromSequence(1))
                .filter(event -> event.sequence() <= last)
                .toList();
    }
}
