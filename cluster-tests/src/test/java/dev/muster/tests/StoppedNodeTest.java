// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.Exit;
import dev.muster.testing.Machine;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@ClusterTest
final class StoppedNodeTest {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedNodeTest.class);
    private static final Duration ACCEPTED_STOP = Duration.ofSeconds(2);

    @Test
    void stoppedLeaderHandsOverAndExitsInOrderWithinTwoSeconds(TestCluster cluster) {
        Workload writers = cluster.startWriters(4).awaitMore(100);
        TestNode leader = cluster.awaitLeader();

        long stopped = System.nanoTime();
        Exit exit = leader.stop();
        writers.awaitMore(100);

        Duration gap = cluster.ledger().longestGapSince(stopped);
        LOG.info("leader stopped in {} ms, {} ms without writes", exit.took().toMillis(), gap.toMillis());
        assertOrderly(exit);
        if (Machine.isFitForTiming()) {
            assertThat(gap).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    @Tag("long")
    void everyNodeRestartedInTurnStopsWithinTwoSecondsAndNoWriteIsRefused(TestCluster cluster) {
        Workload writers = cluster.startWriters(4).awaitMore(50);
        for (TestNode node : cluster.nodes()) {
            assertOrderly(node.stop());
            node.restart();
            writers.awaitMore(50);
        }
        writers.stop();
        assertThat(cluster.ledger().refused()).isZero();
        assertThat(cluster.ledger().unknown()).isZero();
    }

    @Test
    @Tag("long")
    void wholeClusterStoppedAndStartedKeepsEverything(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(100);
        writers.stop();
        cluster.nodes().parallelStream().forEach(node -> assertOrderly(node.stop()));
        cluster.nodes().forEach(TestNode::start);
        cluster.awaitReady();
    }

    private static void assertOrderly(Exit exit) {
        assertThat(exit.code()).isZero();
        if (Machine.isFitForTiming()) {
            assertThat(exit.took()).isLessThan(ACCEPTED_STOP);
        }
    }
}
