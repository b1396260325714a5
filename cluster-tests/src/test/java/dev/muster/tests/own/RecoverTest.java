// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.Exit;
import dev.muster.testing.Hashes;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two disks of three lost for good. */
@Tag("long")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RecoverTest {
    private static final String RECOVER = "dev.muster.server.recover.Main";
    private static final int IN_USE = 73;
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @Test
    void allThatTheLastDiskHoldsIsTheBeginningOfANewCluster() {
        try (TestCluster cluster =
                TestCluster.named("recover").setting("snapshot.entries=100").start()) {
            Workload writers = cluster.startWriters(4).awaitMore(500);
            writers.stop();
            Hashes.awaitEqual(cluster);
            TestNode left = cluster.followers().get(0);
            Path backup = cluster.folder().resolve("left.backup");
            assertThat(recover(cluster, backup, left).code()).isEqualTo(IN_USE);

            cluster.nodes().parallelStream().forEach(TestNode::kill);
            cluster.nodes().stream().filter(node -> node != left).forEach(TestNode::wipe);
            assertThat(recover(cluster, backup, left).code()).isZero();

            left.wipe();
            cluster.restore(backup);
            cluster.ledger().verify(cluster);
        }
    }

    private static Exit recover(TestCluster cluster, Path backup, TestNode left) {
        List<String> arguments =
                List.of(backup.toString(), "--data", left.data().toString());
        return JavaChild.start(cluster.folder(), "recover", RECOVER, arguments).awaitExit(LONGEST);
    }
}
