// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.chaos.Nemesis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything at once: all promises that a history can show, while the cluster is harmed in every way. */
@ClusterTest(
        badNetwork = true,
        badClocks = true,
        settings = {"snapshot.entries=500", "log.segment=64KiB", "purge.keep-entries=100", "election.timeout=500ms"})
final class ChaosTest {
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void someFaultsUnderLoadBreakNoPromise(TestCluster cluster) throws IOException {
        Chaos.run(
                cluster,
                List.of(Nemesis.KILL_LEADER, Nemesis.PAUSE_LEADER, Nemesis.ISOLATE_LEADER, Nemesis.LOSE_REPLIES),
                Duration.ofSeconds(15),
                Chaos.seed());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Tag("chaos")
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void allFaultsUnderLoadBreakNoPromise(long seed, TestCluster cluster) throws IOException {
        Chaos.run(cluster, Nemesis.of(cluster), Chaos.time(Duration.ofSeconds(100)), seed);
    }

    static LongStream seeds() {
        return Chaos.seeds();
    }
}
