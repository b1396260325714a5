// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.chaos.Nemesis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All promises that a history can show, while the cluster is harmed in the ways that matter most. */
@ClusterTest(
        badNetwork = true,
        settings = {"snapshot.entries=500", "log.segment=64KiB", "log.keep-bytes=64KiB", "election.timeout=500ms"})
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
}
