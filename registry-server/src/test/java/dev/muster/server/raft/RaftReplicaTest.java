// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Stamp;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RaftReplicaTest {
    @TempDir
    Path root;

    @Test
    void writeIsVisibleOnTheLeaderWhenItCompletesAndOnFollowersAtItsRevision() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Result result = get(leader.submit(RaftGroupFixture.register("orders", "o1")));
            assertThat(result.hasRegister()).as("%s", result).isTrue();
            long revision = result.getRegister().getHeader().getRevision();
            assertThat(leader.state().revision()).isEqualTo(revision);
            for (int i = 0; i < 3; i++) {
                get(group.replica(i).awaitRevision(revision));
                assertThat(group.replica(i).state().catalog().instanceCount()).isEqualTo(1);
                assertThat(group.replica(i).state().stateHash())
                        .isEqualTo(leader.state().stateHash());
            }
            assertThat(group.fatals).isEmpty();
        }
    }

    @Test
    void followersHearOfALoneWriteLongBeforeTheNextHeartbeat() throws Exception {
        RaftOptions patient = RaftGroupFixture.options(Duration.ofSeconds(5), Duration.ofSeconds(6));
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, patient)) {
            RaftReplica leader = group.replica(group.awaitLeader());
            for (int i = 0; i < 3; i++) {
                Result result = get(leader.submit(RaftGroupFixture.register("orders", "o" + i)));
                long revision = result.getRegister().getHeader().getRevision();
                for (int node = 0; node < 3; node++) {
                    group.replica(node).awaitRevision(revision).get(1, TimeUnit.SECONDS);
                }
            }
        }
    }

    @Test
    void followerRefusesAndNamesTheLeader() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            RaftReplica follower = group.replica((leader + 1) % 3);
            await().until(() -> !follower.leadership().leader().isEmpty());
            ReplicaException refused = failureOf(follower.submit(RaftGroupFixture.register("orders", "o1")));
            assertThat(refused.error().getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
            assertThat(refused.error().getLeader())
                    .isEqualTo(group.replica(leader).leadership().leaderAddress())
                    .isNotEmpty();
            assertThat(failureOf(follower.linearize()).error().getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
        }
    }

    @Test
    void commandDecidedUnderAnotherTermIsRefusedAtApply() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Command register = RaftGroupFixture.register("orders", "o1");
            long older = leader.leadership().term() - 1;
            Result refused = get(leader.submit(register.toBuilder()
                    .setStamp(Stamp.newBuilder().setTerm(older == 0 ? 99 : older))
                    .build()));
            assertThat(refused.getError().getReason()).isEqualTo(Reason.REASON_STALE_TERM);
            assertThat(leader.state().catalog().instanceCount()).isZero();
        }
    }

    @Test
    void concurrentWritesShareLogEntriesAndKeepTheirOrder() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            long entriesBefore = leader.progress().appliedIndex();
            List<CompletableFuture<Result>> writes = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                writes.add(leader.submit(RaftGroupFixture.register("orders", "o" + i)));
            }
            long revision = 0;
            for (CompletableFuture<Result> write : writes) {
                long next = get(write).getRegister().getHeader().getRevision();
                assertThat(next).isGreaterThan(revision);
                revision = next;
            }
            assertThat(leader.progress().appliedIndex() - entriesBefore).isLessThan(200);
        }
    }

    @Test
    void leaderDoesNotReadWhatAFollowerHasShownBefore() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leads = group.awaitLeader();
            RaftReplica leader = group.replica(leads);
            RaftReplica follower = group.replica((leads + 1) % 3);
            CompletableFuture<Void> applies = new CompletableFuture<>();
            AtomicBoolean held = new AtomicBoolean();
            leader.addListener(new ReplicaListener() {
                @Override
                public void onApplied(RegistryState state) {
                    if (state.catalog().instanceCount() == 1) {
                        held.set(true);
                        applies.join();
                    }
                }
            });
            CompletableFuture<Result> first = leader.submit(RaftGroupFixture.register("orders", "o1"));
            await().until(held::get);
            CompletableFuture<Result> second = leader.submit(RaftGroupFixture.register("orders", "o2"));
            CompletableFuture<Void> read;
            try {
                await("a follower shows what the leader has not applied")
                        .until(() -> follower.state().catalog().instanceCount() == 2);
                read = leader.linearize();
                get(leader.confirmLeadership());
                assertThat(read).isNotDone();
            } finally {
                applies.complete(null);
            }
            get(read);
            assertThat(leader.state().catalog().instanceCount()).isEqualTo(2);
            get(first);
            get(second);
        }
    }

    @Test
    void barrierIsConfirmedByTheOthersAndFailsWithoutThem() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            get(group.replica(leader).linearize());
            RaftReplica lonely = group.replica(leader);
            group.stop((leader + 1) % 3);
            get(lonely.linearize());
            group.stop((leader + 2) % 3);
            CompletableFuture<Void> barrier = lonely.linearize();
            await().atMost(Duration.ofSeconds(5)).until(barrier::isDone);
            assertThat(failureOf(barrier).error().getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> !lonely.leadership().leads());
        }
    }

    @Test
    void isolatedLeaderUnderSteadyWritesGivesUpLeadership() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            RaftReplica lonely = group.replica(leader);
            group.stop((leader + 1) % 3);
            group.stop((leader + 2) % 3);
            long began = System.nanoTime();
            List<CompletableFuture<Result>> writes = new ArrayList<>();
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        writes.add(lonely.submit(RaftGroupFixture.register("orders", "o" + writes.size())));
                        return !lonely.leadership().leads();
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
            for (CompletableFuture<Result> write : writes) {
                await().atMost(Duration.ofSeconds(5)).until(write::isDone);
                assertThat(failureOf(write).error().getReason())
                        .isIn(Reason.REASON_UNKNOWN_OUTCOME, Reason.REASON_NOT_LEADER);
            }
        }
    }

    @Test
    void restartedNodeCatchesUpFromTheLog() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            int follower = (leader + 1) % 3;
            group.stop(follower);
            long revision = writeMany(group.replica(leader), 100);
            group.restart(follower);
            get(group.replica(follower).awaitRevision(revision));
            assertThat(group.replica(follower).state().stateHash())
                    .isEqualTo(group.replica(leader).state().stateHash());
        }
    }

    @Test
    void nodeThatWasAwayForLongerThanTheLogGetsASnapshot() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options(1_000_000, 0))) {
            int leader = group.awaitLeader();
            int follower = (leader + 1) % 3;
            group.stop(follower);
            for (int round = 0; round < 20; round++) {
                writeMany(group.replica(leader), 200);
            }
            long revision = group.replica(leader).state().revision();
            assertThat(get(group.replica(leader).takeSnapshot()).revision()).isEqualTo(revision);
            writeMany(group.replica(leader), 10);
            group.restart(follower);
            get(group.replica(follower).awaitRevision(revision + 1));
            assertThat(group.replica(follower).progress().snapshotIndex()).isPositive();
            await().untilAsserted(
                            () -> assertThat(group.replica(follower).state().stateHash())
                                    .isEqualTo(group.replica(leader).state().stateHash()));
            assertThat(group.fatals).isEmpty();
        }
    }

    @Test
    void digestsOfAllNodesAreEqualAlsoOfOneThatGotASnapshot() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options(1_000_000, 0))) {
            int leader = group.awaitLeader();
            int follower = (leader + 1) % 3;
            writeOneByOne(group.replica(leader), DigestRing.EVERY);
            awaitEqualDigests(group, leader, follower);
            assertThat(group.replica(leader).digests())
                    .hasSize(2)
                    .first()
                    .satisfies(digest -> assertThat(digest.index()).isEqualTo(DigestRing.EVERY));

            group.stop(follower);
            writeMany(group.replica(leader), 4_000);
            get(group.replica(leader).takeSnapshot());
            writeMany(group.replica(leader), 10);
            group.restart(follower);
            get(group.replica(follower)
                    .awaitRevision(group.replica(leader).state().revision()));
            awaitEqualDigests(group, leader, follower);
        }
    }

    /** The newest ones, and whatever else both have noted. */
    private static void awaitEqualDigests(RaftGroupFixture group, int leader, int follower) {
        await().untilAsserted(() -> {
            List<Digest> leaders = group.replica(leader).digests();
            List<Digest> followers = group.replica(follower).digests();
            assertThat(followers.get(followers.size() - 1)).isEqualTo(leaders.get(leaders.size() - 1));
            assertThat(leaders).containsAll(followers);
        });
    }

    private static void writeOneByOne(RaftReplica leader, int writes) throws Exception {
        for (int i = 0; i < writes; i++) {
            get(leader.submit(RaftGroupFixture.register("orders", "one-" + i)));
        }
    }

    @Test
    void stateSurvivesTheStopOfAllNodes() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            long revision = writeMany(group.replica(leader), 50);
            get(group.replica(leader).takeSnapshot());
            revision = Math.max(revision, writeMany(group.replica(leader), 50));
            for (int i = 0; i < 3; i++) {
                group.stop(i);
            }
            for (int i = 0; i < 3; i++) {
                group.restart(i);
            }
            RaftReplica next = group.replica(group.awaitLeader());
            get(next.awaitRevision(revision));
            assertThat(next.state().catalog().instanceCount()).isEqualTo(100);
        }
    }

    @Test
    void emptyDiskIsLetInUnderItsNewStorageIdOnAnIdleCluster() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            int follower = (leader + 1) % 3;
            long revision = writeMany(group.replica(leader), 20);
            group.stop(follower);
            Peer newcomer = group.startEmpty(follower);
            get(group.replica(leader).join(newcomer));
            get(group.replica(follower).awaitRevision(revision));
            assertThat(group.replica(leader).members())
                    .filteredOn(peer -> peer.node().equals(newcomer.node()))
                    .containsExactly(newcomer);
            assertThat(group.replica(leader).members()).hasSize(3);
        }
    }

    @Test
    void emptyDiskConfirmsNothingInTheNameOfTheOneBeforeIt() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            int wiped = (leader + 1) % 3;
            RaftReplica lonely = group.replica(leader);
            group.stop(wiped);
            group.startEmpty(wiped);
            get(lonely.linearize());
            group.stop((leader + 2) % 3);
            CompletableFuture<Result> write = lonely.submit(RaftGroupFixture.register("orders", "o1"));
            CompletableFuture<Void> barrier = lonely.linearize();
            await().atMost(Duration.ofSeconds(10)).until(() -> write.isDone() && barrier.isDone());
            assertThat(failureOf(write).error().getReason())
                    .isIn(Reason.REASON_UNKNOWN_OUTCOME, Reason.REASON_NOT_LEADER);
            assertThat(failureOf(barrier).error().getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
        }
    }

    @Test
    void clientsAreRefusedForTheReasonGivenAndNodesAreNot() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            leader.refuseWrites(Optional.of("no room"));
            Command register = RaftGroupFixture.register("orders", "o1");
            for (CompletableFuture<Result> write : List.of(
                    leader.submit(register), leader.submitAll(List.of(register)).get(0))) {
                assertThat(failureOf(write).error().getReason()).isEqualTo(Reason.REASON_UNAVAILABLE);
                assertThat(failureOf(write).error().getMessage()).isEqualTo("no room");
            }
            get(leader.submit(Command.newBuilder()
                    .setBarrier(Barrier.getDefaultInstance())
                    .build()));
            get(leader.linearize());
            leader.refuseWrites(Optional.empty());
            assertThat(get(leader.submit(register)).hasRegister()).isTrue();
            assertThat(leader.state().catalog().instanceCount()).isEqualTo(1);
        }
    }

    @Test
    void leadershipIsHandedToTheNamedNode() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            int leader = group.awaitLeader();
            int target = (leader + 1) % 3;
            get(group.replica(leader).transferLeadership(group.replica(target).node()));
            await().until(() -> group.replica(target).leadership().leads());
            assertThat(group.replica(leader).leadership().leads()).isFalse();
        }
    }

    private static long writeMany(RaftReplica leader, int count) throws Exception {
        List<CompletableFuture<Result>> writes = new ArrayList<>();
        long base = leader.state().revision();
        for (int i = 0; i < count; i++) {
            writes.add(leader.submit(RaftGroupFixture.register("orders", "o" + base + "-" + i)));
        }
        long revision = 0;
        for (CompletableFuture<Result> write : writes) {
            revision = get(write).getRegister().getHeader().getRevision();
        }
        return revision;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static ReplicaException failureOf(CompletableFuture<?> future) {
        ReplicaException[] failure = new ReplicaException[1];
        var unused = future.handle((value, e) -> {
            Throwable root = e instanceof java.util.concurrent.CompletionException ? e.getCause() : e;
            failure[0] = root instanceof ReplicaException refused ? refused : null;
            return null;
        });
        assertThat(failure[0]).as("failure of %s", future).isNotNull();
        return failure[0];
    }
}
