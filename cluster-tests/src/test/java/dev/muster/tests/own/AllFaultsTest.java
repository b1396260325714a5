// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.chaos.Nemesis;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything at once: all promises that a history can show, while the cluster is harmed in every way. */
@Tag("chaos")
@Timeout(value = 24, unit = TimeUnit.HOURS)
@ClusterTest(
        badNetwork = true,
        badClocks = true,
        badDisks = true,
        settings = {"snapshot.entries=500", "log.segment=64KiB", "log.keep-bytes=64KiB", "election.timeout=500ms"})
final class AllFaultsTest {
    @ParameterizedTest
    @MethodSource("kept")
    void faultsThatOnceBrokeAPromiseBreakNoneAnyMore(Chaos.Kept kept, TestCluster cluster) throws IOException {
        Chaos.run(cluster, kept.nemeses(), Duration.ZERO, kept.seed());
    }

    @Test
    void allFaultsUnderLoadBreakNoPromise(TestCluster cluster) throws IOException {
        Chaos.run(cluster, Nemesis.of(cluster), Chaos.time(Duration.ofSeconds(100)), Chaos.seed());
    }

    static Stream<Chaos.Kept> kept() {
        return Chaos.kept();
    }
}
