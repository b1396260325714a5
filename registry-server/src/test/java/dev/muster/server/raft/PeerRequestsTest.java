// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.raft.transport.Frame;
import dev.muster.server.raft.transport.Kind;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerRequestsTest {
    private static final RaftPeerId SELF = RaftPeerId.valueOf("n1-a");
    private static final RaftRpcRequestProto TO_SELF = RaftRpcRequestProto.newBuilder()
            .setReplyId(SELF.toByteString())
            .setRaftGroupId(RaftGroupIdProto.newBuilder()
                    .setId(RaftGroupId.valueOf(new UUID(1, 2)).toByteString()))
            .build();

    @TempDir
    Path folder;

    @Test
    void entriesThatTheDiskStillWritesAreNotConfirmed() {
        AppendEntriesReplyProto taken = reply(AppendResult.SUCCESS, 7);
        assertThat(PeerRequests.onlyDurable(taken, 7)).isSameAs(taken);
        assertThatThrownBy(() -> PeerRequests.onlyDurable(taken, 6)).hasMessageContaining("up to 7");
    }

    @Test
    void whatConfirmsNoEntryNeedsNoDisk() {
        AppendEntriesReplyProto heartbeat = reply(AppendResult.SUCCESS, -1);
        assertThat(PeerRequests.onlyDurable(heartbeat, -1)).isSameAs(heartbeat);
        AppendEntriesReplyProto refused = reply(AppendResult.INCONSISTENCY, 7);
        assertThat(PeerRequests.onlyDurable(refused, 6)).isSameAs(refused);
    }

    @Test
    void answerWaitsUntilWhatItPromisesIsKept() throws IOException {
        Path written = folder.resolve("raft-meta");
        Path copy = folder.resolve("votes");
        PeerRequests requests =
                new PeerRequests(server(new CompletableFuture<>(), new ArrayList<>()), new VoteKeeper(written, copy));
        Files.writeString(written, "votedFor=n2-00000000000000b2\nterm=3\n");
        assertThat(requests.handle(frame(
                        Kind.REQUEST_VOTE,
                        RequestVoteRequestProto.newBuilder()
                                .setServerRequest(TO_SELF)
                                .build())))
                .isCompleted();
        assertThat(VoteKeeper.keptIn(copy)).contains(new Vote(3, "n2-00000000000000b2"));

        Files.writeString(written, "votedFor=\nterm=4\n");
        assertThat(requests.handle(heartbeat(3))).isNotDone();
        assertThat(VoteKeeper.keptIn(copy)).map(Vote::term).contains(3L);
        assertThat(requests.handle(heartbeat(4))).isNotDone();
        assertThat(VoteKeeper.keptIn(copy)).contains(new Vote(4, ""));
    }

    @Test
    void snapshotWaitsForEntriesThatTheDiskStillWrites() throws IOException {
        CompletableFuture<AppendEntriesReplyProto> disk = new CompletableFuture<>();
        List<InstallSnapshotRequestProto> installed = new ArrayList<>();
        PeerRequests requests =
                new PeerRequests(server(disk, installed), new VoteKeeper(folder.resolve("none"), folder));
        CompletableFuture<?> entries = requests.handle(frame(
                Kind.APPEND_ENTRIES,
                AppendEntriesRequestProto.newBuilder()
                        .setServerRequest(TO_SELF)
                        .addEntries(LogEntryProto.getDefaultInstance())
                        .build()));
        Frame snapshot = frame(
                Kind.INSTALL_SNAPSHOT,
                InstallSnapshotRequestProto.newBuilder()
                        .setServerRequest(TO_SELF)
                        .build());

        assertThatThrownBy(() -> requests.handle(snapshot)).hasMessageContaining("still writes");
        assertThat(installed).isEmpty();

        disk.complete(reply(AppendResult.INCONSISTENCY, -1));
        assertThat(entries).isCompleted();
        assertThat(requests.handle(snapshot)).isCompleted();
        assertThat(installed).hasSize(1);
    }

    @Test
    void nodeThatIsLetInTakesPartWhenItHasReadThatItIsAMember() throws IOException {
        List<AppendEntriesRequestProto> taken = new ArrayList<>();
        AtomicReference<LifeCycle.State> state = new AtomicReference<>(LifeCycle.State.STARTING);
        AtomicReference<@Nullable RaftPeer> listed = new AtomicReference<>();
        Object info = fake(Map.of("getLifeCycleState", of -> state.get()), DivisionInfo.class);
        Object members = fake(Map.of("getPeer", of -> listed.get()), RaftConfiguration.class);
        Object never = new CompletableFuture<>();
        Object division = fake(
                Map.of("getInfo", of -> info, "getRaftConf", of -> members, "appendEntriesAsync", of -> {
                    taken.add((AppendEntriesRequestProto) of[0]);
                    return never;
                }),
                RaftServer.Division.class,
                RaftServerAsynchronousProtocol.class);
        PeerRequests requests = new PeerRequests(
                (RaftServer) fake(Map.of("getId", of -> SELF, "getDivision", of -> division), RaftServer.class),
                new VoteKeeper(folder.resolve("none"), folder));

        assertThat(requests.handle(heartbeat(3))).isNotDone();
        listed.set(RaftPeer.newBuilder().setId(SELF).build());
        assertThat(requests.handle(heartbeat(3))).isNotDone();
        listed.set(null);
        state.set(LifeCycle.State.RUNNING);
        assertThat(requests.handle(heartbeat(3))).isNotDone();

        assertThat(taken).extracting(AppendEntriesRequestProto::getInitializing).containsExactly(true, false, false);
    }

    private static Frame heartbeat(long term) {
        return frame(
                Kind.APPEND_ENTRIES,
                AppendEntriesRequestProto.newBuilder()
                        .setServerRequest(TO_SELF)
                        .setLeaderTerm(term)
                        .build());
    }

    /** A running one, whose disk writes until that future ends. */
    private static RaftServer server(
            CompletableFuture<AppendEntriesReplyProto> disk, List<InstallSnapshotRequestProto> installed) {
        Object info = fake(Map.of("getLifeCycleState", of -> LifeCycle.State.RUNNING), DivisionInfo.class);
        Object log = fake(Map.of("getFlushIndex", of -> -1L), RaftLog.class);
        Object division = fake(
                Map.of("getInfo", of -> info, "getRaftLog", of -> log, "appendEntriesAsync", of -> disk),
                RaftServer.Division.class,
                RaftServerAsynchronousProtocol.class);
        return (RaftServer) fake(
                Map.of(
                        "getId", of -> SELF,
                        "getDivision", of -> division,
                        "requestVote", of -> RequestVoteReplyProto.getDefaultInstance(),
                        "installSnapshot",
                                of -> {
                                    installed.add((InstallSnapshotRequestProto) of[0]);
                                    return InstallSnapshotReplyProto.getDefaultInstance();
                                }),
                RaftServer.class);
    }

    /** Of these interfaces that much is there. */
    private static Object fake(Map<String, Function<Object[], @Nullable Object>> methods, Class<?>... types) {
        return Proxy.newProxyInstance(
                PeerRequestsTest.class.getClassLoader(),
                types,
                (proxy, method, arguments) -> Objects.requireNonNull(methods.get(method.getName()), method.getName())
                        .apply(arguments));
    }

    private static Frame frame(Kind kind, MessageLite message) {
        return new Frame(kind, message.toByteString());
    }

    private static AppendEntriesReplyProto reply(AppendResult result, long matchIndex) {
        return AppendEntriesReplyProto.newBuilder()
                .setResult(result)
                .setMatchIndex(matchIndex)
                .build();
    }
}
