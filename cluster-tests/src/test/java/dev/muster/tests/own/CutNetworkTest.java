// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.NodeRole;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Network;
import dev.muster.testing.Readers;
import dev.muster.testing.TcpProxy.Direction;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections between nodes that carry one way only, or slowly, or break. */
@ClusterTest(badNetwork = true)
final class CutNetworkTest {
    @Test
    void followerThatHearsNobodyDoesNotUnseatTheLeader(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode leader = cluster.awaitLeader();
        long term = leader.status().term();
        Network network = cluster.network();
        TestNode deaf = cluster.followers().get(0);

        network.raftPort(deaf).swallow(Direction.REQUESTS);
        await("it tries to be elected for a while")
                .during(Duration.ofSeconds(5))
                .atMost(Duration.ofSeconds(6))
                .until(() -> leader.status().term() == term);
        writers.awaitMore(100);
        assertThat(network.raftPort(deaf).swallowed(Direction.REQUESTS)).isPositive();

        network.heal();
        deaf.awaitReady();
        assertThat(cluster.awaitLeader().status().term())
                .as("term after it hears again: it asked before it voted for itself")
                .isEqualTo(term);
    }

    @Test
    void leaderThatIsHeardButHearsNoAcknowledgementStepsDownAndWritesGoOn(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        Readers readers = Readers.start(cluster);
        TestNode leader = cluster.awaitLeader();
        long term = leader.status().term();
        Network network = cluster.network();
        List<TestNode> followers = cluster.followers();

        followers.forEach(node -> network.raftPort(node).swallow(Direction.REPLIES));
        // No more than that can be asked for: the followers' votes for one another are lost, too, and the old leader
        // refuses its own to whoever lacks its last entry.
        await("it gives up leadership")
                .atMost(Duration.ofSeconds(10))
                .until(() -> leader.status().role() != NodeRole.LEADER
                        || leader.status().term() > term);

        network.heal();
        writers.awaitMore(50);
        assertThat(readers.stale()).isEmpty();
    }

    @Test
    @Tag("long")
    void brokenConnectionsBetweenNodesAreMadeAgainAndNobodyIsLeftBehind(TestCluster cluster) {
        breakConnections(cluster, 1);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void connectionsMayBreakAgainAndAgain(TestCluster cluster) {
        // One storm in eight left a follower behind for good that composed its appends.
        breakConnections(cluster, 60);
    }

    private static void breakConnections(TestCluster cluster, int storms) {
        Workload writers = cluster.startWriters(4);
        for (int storm = 0; storm < storms; storm++) {
            for (int round = 0; round < 12; round++) {
                writers.awaitMore(30);
                cluster.nodes().forEach(node -> cluster.network().raftPort(node).reset());
            }
            writers.awaitMore(100);
            long written = cluster.ledger().highestRevision();
            for (TestNode node : cluster.nodes()) {
                await(node + " has revision " + written + " after storm " + storm)
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> node.status().position().revision() >= written);
            }
        }
    }

    @Test
    void slowFollowerSlowsNobodyDown(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode leader = cluster.awaitLeader();
        TestNode slow = cluster.followers().get(0);

        cluster.network().raftPort(slow).delay(Direction.REQUESTS, Duration.ofMillis(50));
        long begun = System.nanoTime();
        writers.awaitMore(200);

        assertThat(cluster.ledger().longestGapSince(begun)).isLessThan(Duration.ofSeconds(1));
        assertThat(cluster.awaitLeader()).isSameAs(leader);
    }
}
