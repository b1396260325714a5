// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.server.raft.transport.Frame;
import dev.muster.server.raft.transport.PeerServer;
import dev.muster.server.replica.Peer;
import dev.muster.v1.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real leader, a real follower, and one follower that is played. */
@Timeout(60)
final class PeerAppenderTest {
    @TempDir
    Path root;

    @Test
    void followerThatHasTheSnapshotAlreadyGetsTheEntriesBehindIt() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options(1_000_000, 0))) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Peer absent = stopAFollower(group);
            for (int round = 0; round < 20; round++) {
                writeMany(leader, 200);
            }
            long snapshot = leader.takeSnapshot().get(20, TimeUnit.SECONDS).index();
            try (PlayedFollower played = new PlayedFollower(absent)) {
                played.next = 1;
                write(leader, "behind the snapshot");
                await().until(() -> played.next > snapshot + 1);
                assertThat(played.snapshots).hasValue(1);
                assertThat(played.firstIndexes).first().isEqualTo(snapshot + 1);
            }
        }
    }

    @Test
    void entriesThatWereLostInASilenceAreSentAnewWhenItEnds() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Peer absent = stopAFollower(group);
            try (PlayedFollower played = new PlayedFollower(absent)) {
                write(leader, "before");
                await().until(() -> !played.firstIndexes.isEmpty());
                played.mute = true;
                write(leader, "meanwhile");
                await().until(() -> played.swallowedEntries.get() > 0 && played.swallowedHeartbeats.get() > 1);
                long missed = played.next;
                played.mute = false;
                await().until(() -> played.next > missed);
            }
        }
    }

    /** Ratis keeps its vote back until the appenders have stopped; with the reply it would wait for the next election. */
    @Test
    void leaderVotesForItsSuccessorWhileAFollowerOwesItAReply() throws Exception {
        RaftOptions patient = RaftGroupFixture.options(Duration.ofSeconds(3), Duration.ofSeconds(4));
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, patient)) {
            int first = group.awaitLeader();
            RaftReplica leader = group.replica(first);
            Peer absent = stopAFollower(group);
            try (PlayedFollower played = new PlayedFollower(absent)) {
                write(leader, "before");
                await().until(() -> !played.firstIndexes.isEmpty());
                played.muteEntries = true;
                write(leader, "meanwhile");
                await().until(() -> played.swallowedEntries.get() > 0);
                long term = leader.leadership().term();
                RaftReplica other = group.replica((first + 2) % 3);
                leader.transferLeadership(other.node()).get(20, TimeUnit.SECONDS);
                await().until(() -> other.leadership().leads());
                assertThat(other.leadership().term()).isEqualTo(term + 1);
            }
        }
    }

    /** Its reply was lost when it was killed; nothing comes after these entries. */
    @Test
    void followerThatHasCommittedWhatItIsSentAgainCanLead() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Peer absent = stopAFollower(group);
            try (PlayedFollower played = new PlayedFollower(absent)) {
                played.hasCommitted = true;
                write(leader, "committed");
                await().until(() -> played.refusedEntries.get() > 0);
                var unused = leader.transferLeadership(absent.node());
                await().until(() -> played.elections.get() > 0);
            }
        }
    }

    /** Else no other could be let in: Ratis looks after newcomers only while nothing is written. */
    @Test
    void newcomerThatFallsSilentIsGivenUpThoughWritesGoOn() throws Exception {
        try (RaftGroupFixture group = new RaftGroupFixture(root, 3, RaftGroupFixture.options())) {
            RaftReplica leader = group.replica(group.awaitLeader());
            Peer absent = stopAFollower(group);
            Peer newcomer = new Peer(absent.node(), "00000000000000cc", absent.raftAddress(), absent.clientAddress());
            CompletableFuture<Void> joined = leader.join(newcomer);
            assertThatThrownBy(leader.join(newcomer)::join).hasMessageContaining("the members could not be changed");
            await("it is given up").atMost(Duration.ofSeconds(30)).until(() -> {
                write(leader, "meanwhile");
                return joined.isCompletedExceptionally();
            });
        }
    }

    /** Stops the node behind the leader's position, and returns who it was. */
    private static Peer stopAFollower(RaftGroupFixture group) throws Exception {
        int leader = group.leader();
        int follower = (leader + 1) % 3;
        long revision = write(group.replica(leader), "all have this");
        group.replica(follower).awaitRevision(revision).get(20, TimeUnit.SECONDS);
        String node = group.replica(follower).node();
        group.stop(follower);
        return group.replica(leader).members().stream()
                .filter(peer -> peer.node().equals(node))
                .findFirst()
                .orElseThrow();
    }

    /** More than fits into one file of the log. */
    private static void writeMany(RaftReplica leader, int count) throws Exception {
        List<CompletableFuture<Result>> writes = IntStream.range(0, count)
                .mapToObj(i -> leader.submit(RaftGroupFixture.register("orders", "many" + i)))
                .toList();
        for (CompletableFuture<Result> write : writes) {
            write.get(20, TimeUnit.SECONDS);
        }
    }

    private static long write(RaftReplica leader, String id) throws Exception {
        Result result = leader.submit(RaftGroupFixture.register("orders", id.replace(' ', '-')))
                .get(20, TimeUnit.SECONDS);
        return result.getRegister().getHeader().getRevision();
    }

    /** Takes what the leader sends, keeps none of it, and answers as a follower would whose log ends before {@link #next}. */
    private static final class PlayedFollower implements AutoCloseable {
        private final PeerServer server;
        final List<Long> firstIndexes = new CopyOnWriteArrayList<>();
        final AtomicInteger snapshots = new AtomicInteger();
        final AtomicInteger swallowedEntries = new AtomicInteger();
        final AtomicInteger swallowedHeartbeats = new AtomicInteger();
        final AtomicInteger refusedEntries = new AtomicInteger();
        final AtomicInteger elections = new AtomicInteger();
        /** 0 as long as it takes the leader's word for it. */
        volatile long next;

        volatile boolean mute;
        volatile boolean muteEntries;
        /** Whatever it is sent, it has it already. */
        volatile boolean hasCommitted;

        PlayedFollower(Peer self) throws IOException {
            server = new PeerServer(PeerTimes.addressOf(self.raftAddress()), this::handle);
            server.start();
        }

        private CompletableFuture<? extends MessageLite> handle(Frame frame) throws IOException {
            return switch (frame.kind()) {
                case APPEND_ENTRIES -> append(frame.message(AppendEntriesRequestProto.parser()));
                case INSTALL_SNAPSHOT -> alreadyInstalled(frame.message(InstallSnapshotRequestProto.parser()));
                case START_ELECTION -> {
                    elections.incrementAndGet();
                    throw new IOException("it does not lead");
                }
                default -> throw new IOException("it does not vote");
            };
        }

        private CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request) {
            boolean heartbeat = request.getEntriesCount() == 0;
            if (mute || (muteEntries && !heartbeat)) {
                (heartbeat ? swallowedHeartbeats : swallowedEntries).incrementAndGet();
                return new CompletableFuture<>();
            }
            long begins = request.getPreviousLog().getIndex() + 1;
            if (next == 0) {
                next = begins;
            }
            boolean fits = begins <= next && (request.hasPreviousLog() || heartbeat);
            if (hasCommitted && !heartbeat) {
                refusedEntries.incrementAndGet();
                fits = false;
                next = Math.max(next, begins + request.getEntriesCount());
            }
            if (fits && !heartbeat) {
                firstIndexes.add(request.getEntries(0).getIndex());
                next = Math.max(next, begins + request.getEntriesCount());
            }
            return CompletableFuture.completedFuture(AppendEntriesReplyProto.newBuilder()
                    .setServerReply(replyTo(request.getServerRequest(), fits))
                    .setTerm(request.getLeaderTerm())
                    .setResult(fits ? AppendResult.SUCCESS : AppendResult.INCONSISTENCY)
                    .setNextIndex(next)
                    .setMatchIndex(fits && !heartbeat ? next - 1 : -1)
                    .setFollowerCommit(next - 1)
                    .setIsHearbeat(heartbeat)
                    .build());
        }

        private CompletableFuture<InstallSnapshotReplyProto> alreadyInstalled(InstallSnapshotRequestProto request) {
            snapshots.incrementAndGet();
            next = request.getSnapshotChunk().getTermIndex().getIndex() + 1;
            return CompletableFuture.completedFuture(InstallSnapshotReplyProto.newBuilder()
                    .setServerReply(replyTo(request.getServerRequest(), true))
                    .setTerm(request.getLeaderTerm())
                    .setResult(InstallSnapshotResult.ALREADY_INSTALLED)
                    .build());
        }

        private static RaftRpcReplyProto replyTo(RaftRpcRequestProto request, boolean success) {
            return RaftRpcReplyProto.newBuilder()
                    .setRequestorId(request.getRequestorId())
                    .setReplyId(request.getReplyId())
                    .setRaftGroupId(request.getRaftGroupId())
                    .setCallId(request.getCallId())
                    .setSuccess(success)
                    .build();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
