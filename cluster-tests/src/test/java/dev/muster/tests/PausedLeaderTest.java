// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Readers;
import dev.muster.testing.SteadyWrites;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaders that stand still, or whose followers do: what is left of a cut network when nobody may cut it. */
@ClusterTest
final class PausedLeaderTest {
    private static final Logger LOG = LoggerFactory.getLogger(PausedLeaderTest.class);
    /** A client goes elsewhere when a third of its time passed without an answer. */
    private static final Duration NOTICES_SOON = Duration.ofSeconds(3);

    private static final Duration ACCEPTED_STEP_DOWN = Duration.ofSeconds(2);

    @Test
    void leaderThatSleptThroughItsReplacementAnswersNothingStale(TestCluster cluster) {
        Workload writers = cluster.startWriters(cluster.client(builder -> builder.sessionTtl(NOTICES_SOON)), 3)
                .awaitMore(50);
        Readers readers = Readers.start(cluster);
        List<String> stale = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            TestNode old = cluster.awaitLeader();
            try (RawNode raw = RawNode.at(old.endpoint())) {
                raw.lookup(LookupRequest.newBuilder().setService("load-0").build());
                old.pause();
                cluster.awaitLeader(node -> node != old);
                writers.awaitMore(50);
                long atLeast = cluster.ledger().highestRevision();
                List<Future<LookupResponse>> waiting = IntStream.range(0, 20)
                        .mapToObj(i -> raw.lookupAsync(
                                LookupRequest.newBuilder().setService("load-0").build()))
                        .toList();
                old.resume();
                waiting.stream()
                        .flatMap(future -> RawNode.answer(future).stream())
                        .filter(response -> response.getHeader().getRevision() < atLeast)
                        .forEach(response -> stale.add("revision "
                                + response.getHeader().getRevision() + " by " + old + " just awake, after " + atLeast));
                writers.awaitMore(50);
                old.awaitReady();
            }
        }
        assertThat(readers.answered()).isPositive();
        assertThat(stale).isEmpty();
        assertThat(readers.stale()).isEmpty();
        LOG.info("{} linearizable reads, stale 0", readers.answered());
    }

    @Test
    void leaderIsolatedUnderSteadyWritesStepsDownInTime(TestCluster cluster) {
        SteadyWrites writes = cluster.startSteadyWrites(200).awaitMore(200);
        TestNode leader = cluster.awaitLeader();
        List<TestNode> followers = cluster.followers();

        followers.forEach(TestNode::pause);
        long isolated = System.nanoTime();
        await("the isolated leader steps down")
                .atMost(ACCEPTED_STEP_DOWN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !claimsToLead(leader));
        LOG.info("isolated under 200 writes/s: stepped down after {} ms", (System.nanoTime() - isolated) / 1_000_000);
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> !claimsToLead(leader));

        followers.forEach(TestNode::resume);
        writes.awaitMore(100);
    }

    @Test
    void idleIsolatedLeaderStepsDownInTime(TestCluster cluster) {
        TestNode leader = cluster.awaitLeader();
        List<TestNode> followers = cluster.followers();

        followers.forEach(TestNode::pause);

        await("the isolated leader steps down")
                .atMost(ACCEPTED_STEP_DOWN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !claimsToLead(leader));
    }

    @Test
    void isolatedLeaderAcknowledgesNoKeepAlive(TestCluster cluster) {
        TestNode leader = cluster.awaitLeader();
        try (RawNode raw = RawNode.at(leader.endpoint())) {
            long lease = raw.leases()
                    .grant(GrantLeaseRequest.newBuilder().setTtlMillis(60_000).build())
                    .getLease();
            KeepAliveRequest beat =
                    KeepAliveRequest.newBuilder().addLeases(lease).build();
            assertThat(raw.leases().keepAlive(beat).getUnknownList()).isEmpty();

            cluster.followers().forEach(TestNode::pause);

            assertThatThrownBy(() -> raw.leases().keepAlive(beat))
                    .as("an acknowledgement by a node that nobody follows")
                    .isInstanceOf(StatusRuntimeException.class);
        }
    }

    @Test
    void isolatedLeaderAnswersNoLinearizableRead(TestCluster cluster) {
        TestNode leader = cluster.awaitLeader();
        LookupRequest read = LookupRequest.newBuilder().setService("load-0").build();
        try (RawNode raw = RawNode.at(leader.endpoint())) {
            raw.lookup(read);

            cluster.followers().forEach(TestNode::pause);

            assertThatThrownBy(() -> raw.lookup(read))
                    .as("an answer by a node that nobody follows")
                    .isInstanceOf(StatusRuntimeException.class);
        }
    }

    @Test
    void followerThatSleptCatchesUpWithoutAnElection(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode leader = cluster.awaitLeader();
        long term = leader.status().term();
        TestNode follower = cluster.followers().get(0);

        follower.pause();
        writers.awaitMore(300);
        follower.resume();
        follower.awaitReady();
        writers.awaitMore(100);

        assertThat(leader.status().role()).isEqualTo(NodeRole.LEADER);
        assertThat(leader.status().term()).isEqualTo(term);
    }

    private static boolean claimsToLead(TestNode node) {
        Optional<NodeStatus> status = node.findStatus();
        return status.isPresent() && status.get().ready() && status.get().role() == NodeRole.LEADER;
    }
}
