// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import org.junit.jupiter.api.Test;

/** A node that was away on a cluster that keeps its log: what it missed comes from there, and no snapshot is made. */
@ClusterTest
final class KilledFollowerTest {
    @Test
    void killedFollowerCatchesUpFromTheLog(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode follower = cluster.followers().get(0);
        long snapshotBefore = follower.status().snapshotIndex();
        follower.kill();
        writers.awaitMore(20);
        writers.stop();

        follower.restart();

        Hashes.awaitEqual(cluster);
        assertThat(follower.status().snapshotIndex()).isEqualTo(snapshotBefore);
    }
}
