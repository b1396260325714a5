// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.FaultyDisk;
import dev.muster.testing.FaultyDisk.Counters;
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
@ClusterTest(settings = {"log.segment=64KiB", "snapshot.entries=500"})
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class FaultyDiskTest {
    private static final Logger LOGGER = LoggerFactory.getLogger(FaultyDiskTest.class);
    private static final int LOG_IO = 74;
    private static final String LOG = "/log_";
    private static final int WRITERS = 4;
    private static final int FEW = 20;
    private static final int MANY = 200;
    private static final int ROUNDS = 2;
    private static final Duration NOTICED = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofMillis(300);

    /** So that most of the time something is written and not yet durable. */
    private static final Duration RATHER_SLOW = Duration.ofMillis(100);

    @Test
    void leaderOfWhichOneFsyncFailedEndsAndIsBackWhenItIsStarted(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.node(1))) {
            Workload writers = writersUnder(disk.node(), cluster);
            assertOneFsyncEndsIt(disk, writers, cluster, "leader");
        }
    }

    @Test
    void followerOfWhichOneFsyncFailedEndsAndIsBackWhenItIsStarted(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.followers().get(0))) {
            Workload writers = cluster.startWriters(WRITERS).awaitMore(MANY);
            assertOneFsyncEndsIt(disk, writers, cluster, "follower");
        }
    }

    @Test
    void leaderWhoseDiskTakesNothingEndsAndIsBackWhenItIsWell(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.node(1))) {
            Workload writers = writersUnder(disk.node(), cluster);
            disk.failWrites();
            assertEndsAndComesBack(disk, writers, cluster, "writes of the leader fail");

            cluster.admin().transferLeadership(disk.node().name());
            writers.awaitMore(FEW);
            disk.fill();
            assertEndsAndComesBack(disk, writers, cluster, "nothing grows on the leader's disk");
            assertThat(disk.repair().writesRefused()).isGreaterThan(1);
        }
    }

    @Test
    void leaderWithASlowDiskHandsLeadershipToAFasterOne(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.node(1))) {
            Workload writers = writersUnder(disk.node(), cluster);
            writeMeanwhile(disk, writers, FEW, cluster, "leader");
            disk.delayFsyncs(SLOW);
            cluster.awaitLeader(leader -> leader != disk.node());
            long fast = System.nanoTime();
            writers.awaitMore(MANY);
            Duration median = cluster.ledger().medianSince(fast);
            LOGGER.info("slow disk of the leader, after it handed over: a write took {} us", median.toNanos() / 1_000);
            assertThat(median).isLessThan(SLOW.dividedBy(2));
        }
    }

    @Test
    void slowDiskOfAFollowerSlowsNobody(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.followers().get(0))) {
            Workload writers = cluster.startWriters(WRITERS).awaitMore(MANY);
            assertThat(writeMeanwhile(disk, writers, MANY, cluster, "follower")).isLessThan(SLOW.dividedBy(2));
        }
    }

    @Test
    void leaderThatLosesPowerLosesNothingAcknowledged(TestCluster cluster) {
        try (FaultyDisk disk = FaultyDisk.of(cluster.node(1))) {
            Workload writers = writersUnder(disk.node(), cluster);
            long began = System.nanoTime();
            losePower(List.of(disk), writers, cluster);
            LOGGER.info("power loss of the leader: {}", gapSince(began, cluster));
        }
    }

    @Test
    void allThatLosePowerAtOnceLoseNothingAcknowledged(TestCluster cluster) {
        try (FaultyDisk first = FaultyDisk.of(cluster.node(1));
                FaultyDisk second = FaultyDisk.of(cluster.node(2));
                FaultyDisk third = FaultyDisk.of(cluster.node(3))) {
            Workload writers = cluster.startWriters(WRITERS).awaitMore(FEW);
            for (int round = 0; round < ROUNDS; round++) {
                losePower(List.of(first, second, third), writers, cluster);
            }
            assertThat(first.bytesLost(LOG) + second.bytesLost(LOG) + third.bytesLost(LOG))
                    .isPositive();
        }
    }

    private static void assertOneFsyncEndsIt(FaultyDisk disk, Workload writers, TestCluster cluster, String whose) {
        disk.failOneFsync(LOG);
        assertEndsAndComesBack(disk, writers, cluster, "one fsync of the " + whose + " fails");
        assertThat(disk.repair().fsyncsRefused()).isOne();
    }

    /** From here on the others serve. */
    private static void assertEndsAndComesBack(FaultyDisk disk, Workload writers, TestCluster cluster, String what) {
        long began = System.nanoTime();
        assertThat(disk.node().awaitExit(NOTICED).code()).isEqualTo(LOG_IO);
        writers.awaitMore(MANY);
        LOGGER.info("{}: {}", what, gapSince(began, cluster));
        disk.repair();
        disk.node().restart();
        writers.awaitMore(FEW);
    }

    /** The median of what writes took meanwhile. */
    private static Duration writeMeanwhile(
            FaultyDisk disk, Workload writers, int writes, TestCluster cluster, String whose) {
        long well = System.nanoTime();
        writers.awaitMore(MANY);
        Duration before = cluster.ledger().medianSince(well);
        long slow = System.nanoTime();
        disk.delayFsyncs(SLOW);
        writers.awaitMore(writes);
        Duration meanwhile = cluster.ledger().medianSince(slow);
        String gap = gapSince(slow, cluster);
        Counters counters = disk.repair();
        LOGGER.info(
                "slow disk of the {}: a write took {} us before and {} us meanwhile, {}, {}",
                whose,
                TimeUnit.NANOSECONDS.toMicros(before.toNanos()),
                TimeUnit.NANOSECONDS.toMicros(meanwhile.toNanos()),
                gap,
                counters);
        assertThat(counters.fsyncsDelayed()).isPositive();
        return meanwhile;
    }

    /** At a moment when something is written and not yet durable, most likely: that takes some time here. */
    private static void losePower(List<FaultyDisk> disks, Workload writers, TestCluster cluster) {
        disks.forEach(disk -> disk.delayFsyncs(RATHER_SLOW));
        writers.awaitMore(FEW);
        disks.forEach(FaultyDisk::losePower);
        disks.parallelStream().forEach(disk -> disk.node().kill());
        for (FaultyDisk disk : disks) {
            disk.repair();
            disk.node().start();
            LOGGER.info(
                    "power loss of {}: until now {} bytes of its log and {} of all its files were lost",
                    disk.node(),
                    disk.bytesLost(LOG),
                    disk.bytesLost(""));
        }
        cluster.awaitReady();
        writers.awaitMore(FEW);
    }

    private static Workload writersUnder(TestNode leader, TestCluster cluster) {
        Workload writers = cluster.startWriters(WRITERS).awaitMore(FEW);
        cluster.admin().transferLeadership(leader.name());
        return writers.awaitMore(MANY);
    }

    private static String gapSince(long nanos, TestCluster cluster) {
        return "at most " + cluster.ledger().longestGapSince(nanos).toMillis() + " ms without an acknowledgement";
    }
}
