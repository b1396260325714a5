// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.transport.Frame;
import dev.muster.server.raft.transport.PeerServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.ProtoUtils;

/**
 * Hands the requests of peers to Ratis, and guards five of its promises. Thread-safe.
 *
 * <p>A request for another peer than this one is refused. A node whose disk was emptied listens where its older self
 * did, and a leader goes on sending to that. Ratis 3.3.0 takes such a request for its own: the new disk would confirm
 * entries in the name of the old one, and two appenders of the leader would install a snapshot at the same time, into
 * the same files.
 *
 * <p>Entries are confirmed when they are durable. Entries that come a second time, because the connection broke while a
 * slow disk still wrote them, Ratis 3.3.0 confirms at once.
 *
 * <p>Entries and snapshots are written one after the other, see {@link OneWrite}.
 *
 * <p>A node that is let in takes part in elections when it has read that it is a member. Ratis 3.3.0 does so as soon as
 * its leader counts it as one: if that leader falls just then, the node stands for election, finds that it is no member
 * and closes.
 *
 * <p>No answer leaves before the {@link VoteKeeper} has what it promises.
 */
final class PeerRequests implements PeerServer.Handler {
    private final RaftServer server;
    private final VoteKeeper votes;
    private final OneWrite writes = new OneWrite();

    PeerRequests(RaftServer server, VoteKeeper votes) {
        this.server = server;
        this.votes = votes;
    }

    @Override
    public CompletableFuture<? extends MessageLite> handle(Frame frame) throws IOException {
        return switch (frame.kind()) {
            case APPEND_ENTRIES -> append(frame.message(AppendEntriesRequestProto.parser()));
            case REQUEST_VOTE -> {
                var request = frame.message(RequestVoteRequestProto.parser());
                checkRecipient(request.getServerRequest());
                var reply = server.requestVote(request);
                votes.keep();
                yield CompletableFuture.completedFuture(reply);
            }
            case INSTALL_SNAPSHOT -> {
                var request = frame.message(InstallSnapshotRequestProto.parser());
                checkRecipient(request.getServerRequest());
                yield writes.one(() -> {
                    var reply = server.installSnapshot(request);
                    votes.keepTerm(request.getLeaderTerm());
                    return CompletableFuture.completedFuture(reply);
                });
            }
            case START_ELECTION -> {
                var request = frame.message(StartLeaderElectionRequestProto.parser());
                checkRecipient(request.getServerRequest());
                yield CompletableFuture.completedFuture(server.startLeaderElection(request));
            }
            case REFUSAL -> throw new IOException("a refusal is no request");
        };
    }

    private CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request) throws IOException {
        checkRecipient(request.getServerRequest());
        RaftServer.Division division = server.getDivision(
                ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId()));
        if (division.getInfo().getLifeCycleState().isClosingOrClosed()) {
            // Ratis would refuse it, too, and say so in its log each time.
            throw new IOException("this node stops");
        }
        RaftServerAsynchronousProtocol log = (RaftServerAsynchronousProtocol) division;
        AppendEntriesRequestProto timely = knowsThatItIsIn(division) ? request : asOneOutside(request);
        CompletableFuture<AppendEntriesReplyProto> reply = request.getEntriesCount() == 0
                ? log.appendEntriesAsync(timely)
                : writes.one(() -> log.appendEntriesAsync(timely))
                        .thenApply(taken ->
                                onlyDurable(taken, division.getRaftLog().getFlushIndex()));
        votes.keepTerm(request.getLeaderTerm());
        return reply;
    }

    private boolean knowsThatItIsIn(RaftServer.Division division) {
        return division.getInfo().getLifeCycleState() != LifeCycle.State.STARTING
                || division.getRaftConf().getPeer(server.getId(), RaftPeerRole.FOLLOWER) != null;
    }

    /** What it brings is taken, and no election begun. */
    private static AppendEntriesRequestProto asOneOutside(AppendEntriesRequestProto request) {
        return request.getInitializing()
                ? request
                : request.toBuilder().setInitializing(true).build();
    }

    /** The reply, if what it confirms was flushed. */
    static AppendEntriesReplyProto onlyDurable(AppendEntriesReplyProto reply, long flushed) {
        if (reply.getResult() == AppendResult.SUCCESS && reply.getMatchIndex() > flushed) {
            throw new CompletionException(new IOException("the disk still writes the entries up to "
                    + reply.getMatchIndex() + " that came before; ask again"));
        }
        return reply;
    }

    private void checkRecipient(RaftRpcRequestProto request) throws IOException {
        ByteString recipient = request.getReplyId();
        if (!recipient.equals(server.getId().toByteString())) {
            throw new IOException("this is " + server.getId() + " and not " + recipient.toStringUtf8()
                    + ", which listened here before; its disk is another one");
        }
    }
}
