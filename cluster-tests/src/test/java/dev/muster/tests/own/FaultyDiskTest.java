// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.FaultyDisk;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disks that fail, that are slow, and that lose what was not durable when the power goes. Small segments, so that files
 * are begun, closed and renamed all the time.
 */
@Tag("chaos")
@ClusterTest(
        badDisks = true,
        settings = {"log.segment=64KiB", "snapshot.entries=500"})
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class FaultyDiskTest {
    private static final Logger LOGGER = LoggerFactory.getLogger(FaultyDiskTest.class);
    private static final int LOG_IO = 74;
    private static final String LOG = "/log_";
    private static final int WRITERS = 4;
    private static final int FEW = 20;
    private static final int MANY = 200;

    /** What is acknowledged and not durable is not on all disks at every moment. */
    private static final int POWER_LOSSES = 3;

    private static final Duration NOTICED = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofMillis(300);

    /** So that most of the time something is written and not yet durable. */
    private static final Duration RATHER_SLOW = Duration.ofMillis(100);

    @Test
    void leaderOfWhichOneFsyncFailedEndsAndIsBackWhenItIsStarted(TestCluster cluster) {
        TestNode node = cluster.node(1);
        Workload writers = writersUnder(node, cluster);
        assertOneFsyncEndsIt(node, writers, cluster, "leader");
    }

    @Test
    void followerOfWhichOneFsyncFailedEndsAndIsBackWhenItIsStarted(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        Workload writers = cluster.startWriters(WRITERS).awaitMore(MANY);
        assertOneFsyncEndsIt(node, writers, cluster, "follower");
    }

    @Test
    void leaderWhoseDiskTakesNothingEndsAndIsBackWhenItIsWell(TestCluster cluster) {
        TestNode node = cluster.node(1);
        FaultyDisk disk = FaultyDisk.of(node);
        Workload writers = writersUnder(node, cluster);
        disk.failWrites();
        assertEndsAndComesBack(node, writers, cluster, "writes of the leader fail");
        long before = disk.repair().writesRefused();
        assertThat(before).isPositive();

        cluster.admin().transferLeadership(node.name());
        writers.awaitMore(FEW);
        disk.fill();
        assertEndsAndComesBack(node, writers, cluster, "nothing grows on the leader's disk");
        assertThat(disk.repair().writesRefused()).isGreaterThan(before);
    }

    @Test
    void leaderWithASlowDiskHandsLeadershipToAFasterOne(TestCluster cluster) {
        TestNode node = cluster.node(1);
        Workload writers = writersUnder(node, cluster);
        writeMeanwhile(node, writers, FEW, cluster, "leader");
        FaultyDisk.of(node).delayFsyncs(SLOW);
        cluster.awaitLeader(leader -> leader != node);
        long fast = System.nanoTime();
        writers.awaitMore(MANY);
        Duration median = cluster.ledger().medianSince(fast);
        LOGGER.info("slow disk of the leader, after it handed over: a write took {} us", median.toNanos() / 1_000);
        assertThat(median).isLessThan(SLOW.dividedBy(2));
    }

    @Test
    void slowDiskOfAFollowerSlowsNobody(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        Workload writers = cluster.startWriters(WRITERS).awaitMore(MANY);
        assertThat(writeMeanwhile(node, writers, MANY, cluster, "follower")).isLessThan(SLOW.dividedBy(2));
    }

    @Test
    void leaderThatLosesPowerLosesNothingAcknowledged(TestCluster cluster) {
        Workload writers = writersUnder(cluster.node(1), cluster);
        long began = System.nanoTime();
        losePower(List.of(cluster.node(1)), writers, cluster);
        LOGGER.info("power loss of the leader: {}", gapSince(began, cluster));
    }

    @Test
    void allThatLosePowerAtOnceLoseNothingAcknowledged(TestCluster cluster) {
        Workload writers = cluster.startWriters(WRITERS).awaitMore(FEW);
        for (int i = 0; i < POWER_LOSSES; i++) {
            assertThat(losePower(cluster.nodes(), writers, cluster))
                    .as("bytes of logs that were lost")
                    .isPositive();
        }
    }

    /** The next process takes for durable what it finds in the log, so it has to make it so. */
    @Test
    void whatKilledProcessesLeftInTheirLogsSurvivesTheLossOfAllPower(TestCluster cluster) {
        Workload writers = cluster.startWriters(WRITERS).awaitMore(FEW);
        List<FaultyDisk> disks = cluster.nodes().stream().map(FaultyDisk::of).toList();
        disks.forEach(disk -> disk.delayFsyncs(RATHER_SLOW));
        writers.awaitMore(FEW);
        cluster.nodes().parallelStream().forEach(TestNode::kill);
        disks.forEach(FaultyDisk::repair);
        cluster.nodes().forEach(TestNode::start);
        cluster.awaitReady();
        losePower(cluster.nodes(), writers.awaitMore(FEW), cluster);
    }

    private static void assertOneFsyncEndsIt(TestNode node, Workload writers, TestCluster cluster, String whose) {
        FaultyDisk disk = FaultyDisk.of(node);
        long before = disk.repair().fsyncsRefused();
        disk.failOneFsync(LOG);
        assertEndsAndComesBack(node, writers, cluster, "one fsync of the " + whose + " fails");
        assertThat(disk.repair().fsyncsRefused() - before).isOne();
    }

    /** From here on the others serve. */
    private static void assertEndsAndComesBack(TestNode node, Workload writers, TestCluster cluster, String what) {
        long began = System.nanoTime();
        assertThat(node.awaitExit(NOTICED).code()).isEqualTo(LOG_IO);
        writers.awaitMore(MANY);
        LOGGER.info("{}: {}", what, gapSince(began, cluster));
        FaultyDisk.of(node).repair();
        node.restart();
        writers.awaitMore(FEW);
    }

    /** The median of what writes took meanwhile. */
    private static Duration writeMeanwhile(
            TestNode node, Workload writers, int writes, TestCluster cluster, String whose) {
        FaultyDisk disk = FaultyDisk.of(node);
        long delayed = disk.repair().fsyncsDelayed();
        long well = System.nanoTime();
        writers.awaitMore(MANY);
        Duration before = cluster.ledger().medianSince(well);
        long slow = System.nanoTime();
        disk.delayFsyncs(SLOW);
        writers.awaitMore(writes);
        Duration meanwhile = cluster.ledger().medianSince(slow);
        String gap = gapSince(slow, cluster);
        delayed = disk.repair().fsyncsDelayed() - delayed;
        LOGGER.info(
                "slow disk of the {}: a write took {} us before and {} us meanwhile, {}, {} fsyncs delayed",
                whose,
                TimeUnit.NANOSECONDS.toMicros(before.toNanos()),
                TimeUnit.NANOSECONDS.toMicros(meanwhile.toNanos()),
                gap,
                delayed);
        assertThat(delayed).isPositive();
        return meanwhile;
    }

    /**
     * At a moment when something is written and not yet durable, most likely: that takes some time here. Returns how many
     * bytes of logs were lost.
     */
    private static long losePower(List<TestNode> nodes, Workload writers, TestCluster cluster) {
        List<FaultyDisk> disks = nodes.stream().map(FaultyDisk::of).toList();
        long before = logLost(disks);
        disks.forEach(disk -> disk.delayFsyncs(RATHER_SLOW));
        writers.awaitMore(FEW);
        disks.forEach(FaultyDisk::losePower);
        nodes.parallelStream().forEach(TestNode::kill);
        disks.forEach(FaultyDisk::repair);
        nodes.forEach(TestNode::start);
        long lost = logLost(disks) - before;
        LOGGER.info("power loss of {}: {} bytes of logs were lost", nodes, lost);
        cluster.awaitReady();
        writers.awaitMore(FEW);
        return lost;
    }

    private static long logLost(List<FaultyDisk> disks) {
        return disks.stream().mapToLong(disk -> disk.bytesLost(LOG)).sum();
    }

    private static Workload writersUnder(TestNode leader, TestCluster cluster) {
        FaultyDisk.of(leader);
        Workload writers = cluster.startWriters(WRITERS).awaitMore(FEW);
        cluster.admin().transferLeadership(leader.name());
        return writers.awaitMore(MANY);
    }

    private static String gapSince(long nanos, TestCluster cluster) {
        return "at most " + cluster.ledger().longestGapSince(nanos).toMillis() + " ms without an acknowledgement";
    }
}
