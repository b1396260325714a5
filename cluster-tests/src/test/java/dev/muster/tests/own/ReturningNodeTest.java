// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Member;
import dev.muster.client.NodeStatus;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Hashes;
import dev.muster.testing.LogFiles;
import dev.muster.testing.SteadyWrites;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that were away, on a cluster that keeps next to no log behind its snapshots. */
@ClusterTest(settings = {"snapshot.entries=100", "log.segment=64KiB", "log.keep-bytes=0"})
final class ReturningNodeTest {
    @Test
    @Tag("long")
    void killedFollowerComesBackFromASnapshotWhenTheLogIsGone(TestCluster cluster) {
        SteadyWrites writes = cluster.startSteadyWrites(500).awaitMore(100);
        TestNode follower = cluster.followers().get(0);
        follower.kill();
        LogFiles left = LogFiles.of(follower);
        writes.awaitMore(1_000);
        LogFiles.awaitGone(cluster, left.last() + 1);
        writes.stop();

        follower.restart();

        Hashes.awaitEqual(cluster);
    }

    @Test
    void wipedNodeComesBackToAnIdleClusterUnderANewStorageId(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(200);
        writers.stop();
        TestNode wiped = cluster.followers().get(0);
        NodeStatus before = wiped.status();
        wiped.kill();
        wiped.wipe();

        wiped.restart();

        assertThat(wiped.status().storageId()).isNotEmpty().isNotEqualTo(before.storageId());
        assertThat(wiped.status().clusterId()).isEqualTo(before.clusterId());
        Hashes.awaitEqual(cluster);
        await("all know the members")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(cluster.admin().members())
                        .hasSize(3)
                        .extracting(Member::storageId)
                        .contains(wiped.status().storageId())
                        .doesNotContain(before.storageId()));
    }

    @Test
    void wipedNodeIsAFullMemberAgain(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(100);
        TestNode wiped = cluster.followers().get(0);
        wiped.kill();
        wiped.wipe();
        wiped.restart();
        writers.awaitMore(50);

        TestNode other = cluster.followers().stream()
                .filter(node -> node != wiped)
                .findFirst()
                .orElseThrow();
        other.kill();

        writers.awaitMore(100);
    }
}
