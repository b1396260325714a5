// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.chaos.Nemesis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster of five: two nodes may be missing, and a network may leave each node a majority of its own. */
@ClusterTest(
        nodes = 5,
        badNetwork = true,
        badClocks = true,
        badDisks = true,
        settings = {"snapshot.entries=500", "log.segment=64KiB", "log.keep-bytes=64KiB", "election.timeout=500ms"})
final class FiveNodesTest {
    @Test
    @Tag("chaos")
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void faultsOfFiveNodesBreakNoPromise(TestCluster cluster) throws IOException {
        Chaos.run(
                cluster,
                List.of(Nemesis.RING, Nemesis.KILL_MAJORITY, Nemesis.ISOLATE_LEADER),
                Duration.ofSeconds(15),
                Chaos.seed());
    }

    @Test
    @Tag("soak")
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void allFaultsOfFiveNodesBreakNoPromise(TestCluster cluster) throws IOException {
        Chaos.run(cluster, Nemesis.of(cluster), Chaos.time(Duration.ofMinutes(10)), Chaos.seed());
    }
}
