// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Disks that forgot or changed what a node had promised on them. */
@ClusterTest
final class DamagedDiskTest {
    private static final int DATA_UNUSABLE = 77;
    private static final int SET_ASIDE = 79;
    private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(30);

    /** The mark of what is durable is written once in a second. */
    private static final Duration MARKED = Duration.ofMillis(2_500);

    @Test
    void nodeWhoseLogVanishedRefusesToVoteAndComesBackWithAnEmptyFolder(TestCluster cluster) {
        TestNode node = killedAfterWrites(cluster);
        DataFiles.change(DataFiles.openSegment(node), file -> file.truncate(0));

        node.start();
        Exit exit = node.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(DATA_UNUSABLE);
        assertThat(node.logged()).contains("durable").contains("rejoin");
        assertThat(rejoin(cluster, node).code()).isZero();
        node.restart();
    }

    @Test
    @Tag("long")
    void flippedBitInWhatWasDurableIsNamedAndNeverServed(TestCluster cluster) {
        TestNode node = killedAfterWrites(cluster);
        Path segment = DataFiles.openSegment(node);
        DataFiles.flip(segment, 300 * Byte.SIZE + 4);

        node.start();
        Exit exit = node.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(DATA_UNUSABLE);
        assertThat(node.logged()).contains(segment.toString()).contains("offset");
        node.wipe();
        node.restart();
    }

    @Test
    @Tag("long")
    void entryThatWasHalfWrittenWhenTheNodeDiedIsCut(TestCluster cluster) {
        TestNode node = killedAfterWrites(cluster);
        DataFiles.tearTail(node);

        node.restart();

        await("it says so").untilAsserted(() -> assertThat(node.logged()).contains("half-written"));
    }

    @Test
    @Tag("long")
    void nodeThatLostItsVotesWaitsWhileItsDiskMayBeNeededAndElseBeginsAnew(TestCluster cluster) {
        TestNode node = killedAfterWrites(cluster);
        TestNode other = cluster.followers().stream()
                .filter(follower -> follower != node)
                .findFirst()
                .orElseThrow();
        DataFiles.change(DataFiles.votes(node), file -> file.truncate(0));

        other.kill();
        node.start();
        assertThat(node.awaitExit(LONGEST_REFUSAL).code()).isEqualTo(DATA_UNUSABLE);

        other.restart();
        node.start();
        assertThat(node.awaitExit(LONGEST_REFUSAL).code()).isEqualTo(SET_ASIDE);
        node.restart();
    }

    private static Exit rejoin(TestCluster cluster, TestNode node) {
        List<String> arguments = List.of(
                "members",
                "rejoin",
                node.name(),
                "--data",
                node.data().toString(),
                "--endpoints",
                String.join(",", cluster.endpoints()));
        return JavaChild.start(cluster.folder(), "rejoin", "dev.muster.cli.Main", arguments)
                .awaitExit(LONGEST_REFUSAL);
    }

    private static TestNode killedAfterWrites(TestCluster cluster) {
        Workload writers = cluster.startWriters(2);
        await("it is marked what is durable").pollDelay(MARKED).until(() -> true);
        writers.awaitMore(50);
        TestNode node = cluster.followers().get(0);
        node.kill();
        return node;
    }
}
