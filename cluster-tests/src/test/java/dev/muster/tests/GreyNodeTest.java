// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.NodeRole;
import dev.muster.client.RegistryEvent;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.TcpProxy.Direction;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that live, accept connections and hear their leader, and still are of no use to anybody. */
@ClusterTest(badNetwork = true)
final class GreyNodeTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void leaderWhosePortAnswersNobodyHandsLeadershipOverAndTakesItselfBack(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode leader = cluster.awaitLeader();

        cluster.network().clientPort(leader).swallow(Direction.REPLIES);
        await("another one leads")
                .atMost(SOON)
                .until(() -> cluster.nodes().stream()
                        .anyMatch(node -> node != leader
                                && node.findStatus()
                                        .filter(status -> status.role() == NodeRole.LEADER)
                                        .isPresent()));
        assertThat(leader.isUp()).isTrue();
        assertThat(leader.status().grey()).startsWith("this node has not answered at 127.0.0.2:");
        assertThat(cluster.network().clientPort(leader).swallowed(Direction.REPLIES))
                .isPositive();
        writers.awaitMore(50);

        cluster.network().heal();
        await("it is well again")
                .atMost(SOON)
                .until(() -> leader.status().grey().isEmpty());
        awaitReport(cluster, leader, "HOST_GREY: this node has not answered at ");
        awaitReport(cluster, leader, "HOST_GREY is over");
    }

    @Test
    @Tag("long")
    void leaderTellsOfAFollowerWhosePortAnswersNobody(TestCluster cluster) {
        TestNode leader = cluster.awaitLeader();
        TestNode follower = cluster.followers().get(0);

        cluster.network().clientPort(follower).swallow(Direction.REPLIES);
        awaitReport(cluster, leader, "HOST_GREY: node " + follower + " has not answered at ");
        awaitReport(cluster, follower, "HOST_GREY: this node has not answered at ");
        assertThat(cluster.awaitLeader()).isSameAs(leader);

        cluster.network().heal();
        awaitReport(cluster, leader, "HOST_GREY is over: node " + follower + " answers again");
        await("it is well again")
                .atMost(SOON)
                .until(() -> follower.status().grey().isEmpty());
    }

    private static void awaitReport(TestCluster cluster, TestNode node, String beginning) {
        await(node + " reports: " + beginning)
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> reports(cluster).stream()
                        .anyMatch(event -> event.actor().equals(node.name())
                                && event.cause().startsWith(beginning)));
    }

    private static List<RegistryEvent> reports(TestCluster cluster) {
        return cluster.client()
                .events()
                .list(EventQuery.all().types(EventType.NODE_REPORT))
                .toList();
    }
}
