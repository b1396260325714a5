// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.transport.Kind;
import dev.muster.server.raft.transport.PeerLink;
import dev.muster.server.raft.transport.PeerServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;

/**
 * The transport as Ratis sees it. What it asks for itself is rare, votes and the hand-over of leadership, and each gets
 * a connection of its own; {@link PeerAppender} keeps those over which entries and heartbeats go. Nobody is asked for a
 * vote before the {@link VoteKeeper} has the one that this node gave itself. Thread-safe.
 */
final class PeerRpc implements RaftServerRpc {
    private final RpcType type;
    private final PeerTimes times;
    private final VoteKeeper votes;
    private final PeerServer server;
    private final Map<RaftPeerId, RaftPeer> peers = new ConcurrentHashMap<>();

    PeerRpc(RaftServer raft, RpcType type, InetSocketAddress listen, PeerTimes times, VoteKeeper votes) {
        this.type = type;
        this.times = times;
        this.votes = votes;
        this.server = new PeerServer(listen, new PeerRequests(raft, votes));
    }

    @Override
    public RpcType getRpcType() {
        return type;
    }

    @Override
    public void start() throws IOException {
        server.start();
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
        return server.address();
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> added) {
        added.forEach(peer -> peers.put(peer.getId(), peer));
    }

    /** Connections that failed are made anew by themselves. */
    @Override
    public void handleException(RaftPeerId peer, Exception e, boolean reconnect) {}

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        votes.keep();
        return ask(Kind.REQUEST_VOTE, request.getServerRequest(), request, RequestVoteReplyProto.parser());
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
            throws IOException {
        return ask(Kind.START_ELECTION, request.getServerRequest(), request, StartLeaderElectionReplyProto.parser());
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        return ask(Kind.APPEND_ENTRIES, request.getServerRequest(), request, AppendEntriesReplyProto.parser());
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        return ask(Kind.INSTALL_SNAPSHOT, request.getServerRequest(), request, InstallSnapshotReplyProto.parser());
    }

    private <R extends MessageLite> R ask(Kind kind, RaftRpcRequestProto header, MessageLite request, Parser<R> replies)
            throws IOException {
        RaftPeer peer = peers.get(RaftPeerId.valueOf(header.getReplyId()));
        if (peer == null) {
            throw new IOException(
                    "the address of " + header.getReplyId().toStringUtf8() + " is not known; it is no member");
        }
        try (PeerLink link = times.quickLink(peer)) {
            return link.call(kind, request, replies);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
