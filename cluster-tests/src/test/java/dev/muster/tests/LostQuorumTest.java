// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Consistency;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.NodeStatus;
import dev.muster.client.Position;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@ClusterTest
final class LostQuorumTest {
    @Test
    void withoutAQuorumNothingIsAcknowledgedAndOnlyLocalReadsAreAnsweredAndWithItWritesGoOn(TestCluster cluster) {
        MusterClient impatient = cluster.client(builder -> builder.requestTimeout(Duration.ofSeconds(2)));
        Workload writers = cluster.startWriters(impatient, 4).awaitMore(100);
        TestNode leader = cluster.awaitLeader();
        List<TestNode> followers = cluster.followers();
        followers.parallelStream().forEach(TestNode::kill);
        await("answers that were on their way")
                .pollDelay(Duration.ofMillis(500))
                .until(() -> true);

        int acknowledged = cluster.ledger().acknowledged();
        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(5))
                .until(() -> cluster.ledger().acknowledged() == acknowledged);
        assertThat(cluster.ledger().refused() + cluster.ledger().unknown())
                .as("writes that ended without an acknowledgement")
                .isPositive();
        assertThat(leader.status().ready())
                .as("the last node says that it serves")
                .isFalse();

        assertOnlyLocalReadsAreAnswered(cluster, leader);

        followers.forEach(TestNode::start);
        writers.awaitMore(100);
    }

    private static void assertOnlyLocalReadsAreAnswered(TestCluster cluster, TestNode last) {
        MusterClient impatient =
                cluster.clientOf(builder -> builder.endpoints(last.endpoint()).requestTimeout(Duration.ofSeconds(2)));
        MusterException refusal =
                catchThrowableOfType(MusterException.class, () -> impatient.lookup("load-1", Consistency.LINEARIZABLE));
        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(impatient.lookup("load-1", Consistency.LOCAL).known()).isTrue();
    }

    @Test
    void allNodesKilledAtOnceKeepEverythingAcknowledged(TestCluster cluster) {
        Workload writers = cluster.startWriters(4).awaitMore(300);
        cluster.nodes().parallelStream().forEach(TestNode::kill);
        cluster.nodes().forEach(TestNode::start);
        writers.awaitMore(50);
    }

    @Test
    @Tag("long")
    void allNodesKilledWhileIdleComeBackAtTheSamePointOfHistory(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(100);
        writers.stop();
        Position before = Hashes.awaitEqual(cluster).position();
        long termBefore = cluster.term();

        cluster.nodes().parallelStream().forEach(TestNode::kill);
        cluster.nodes().forEach(TestNode::start);
        cluster.awaitReady();

        Position after = Hashes.awaitEqual(cluster).position();
        assertThat(after.sameEpoch(before)).isTrue();
        assertThat(after.revision()).isGreaterThanOrEqualTo(before.revision());
        assertThat(cluster.nodes())
                .extracting(TestNode::status)
                .extracting(NodeStatus::term)
                .allMatch(term -> term > termBefore);
    }
}
