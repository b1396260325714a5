// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@ClusterTest
final class BusyMachineTest {
    private static final Logger LOG = LoggerFactory.getLogger(BusyMachineTest.class);
    private static final int HOGS = 4;

    @Test
    @Tag("slow")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void leaderKeepsLeadingForTenMinutesThoughOthersTakeTheProcessors(TestCluster cluster) {
        keepsLeading(cluster, Duration.ofMinutes(10));
    }

    @Test
    @Tag("long")
    void leaderKeepsLeadingForAWhileThoughOthersTakeTheProcessors(TestCluster cluster) {
        keepsLeading(cluster, Duration.ofSeconds(5));
    }

    private static void keepsLeading(TestCluster cluster, Duration time) {
        Workload writers = cluster.startWriters(1).awaitMore(50);
        TestNode leader = cluster.awaitLeader();
        long term = leader.status().term();
        AtomicBoolean busy = new AtomicBoolean(true);
        try {
            for (int i = 0; i < HOGS; i++) {
                Thread hog = new Thread(() -> {
                    while (busy.get()) {
                        Thread.onSpinWait();
                    }
                });
                hog.setDaemon(true);
                hog.start();
            }
            await("the term stays the same")
                    .during(time)
                    .atMost(time.plusSeconds(5))
                    .pollInterval(Duration.ofSeconds(1))
                    .failFast(() -> assertThat(leader.findStatus()
                                    .map(status -> status.term())
                                    .orElse(term))
                            .as("term under " + HOGS + " CPU hogs")
                            .isEqualTo(term))
                    .until(() -> true);
        } finally {
            busy.set(false);
        }
        writers.awaitMore(50);
        LOG.info(
                "{} s under {} CPU hogs: term still {}, longest time without writes {} ms",
                time.toSeconds(),
                HOGS,
                leader.status().term(),
                cluster.ledger().longestGapSince(0).toMillis());
        assertThat(leader.status().term()).isEqualTo(term);
    }
}
