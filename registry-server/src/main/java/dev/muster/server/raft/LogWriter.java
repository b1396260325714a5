// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Hands batches to Ratis as the one client that a node's log has, and tells what was refused from what nobody knows.
 * Thread-safe; batches enter the log in the order of the calls.
 */
final class LogWriter implements GroupCommit.Log {
    private final RaftPeerId selfId;
    private final RaftGroupId groupId;
    private final Supplier<RaftServer.Division> division;
    private final Supplier<ReplicaException> notLeader;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();

    LogWriter(
            RaftPeerId selfId,
            RaftGroupId groupId,
            Supplier<RaftServer.Division> division,
            Supplier<ReplicaException> notLeader) {
        this.selfId = selfId;
        this.groupId = groupId;
        this.division = division;
        this.notLeader = notLeader;
    }

    @Override
    public CompletableFuture<@Nullable ReplicaException> append(Batch batch) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(selfId)
                .setGroupId(groupId)
                .setCallId(callIds.incrementAndGet())
                .setMessage(batch)
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            // The division takes the request on this thread. The server's own method of the same name hands it to
            // another one and blocks until that one is done.
            return ((RaftClientAsynchronousProtocol) division.get())
                    .submitClientRequestAsync(request)
                    .thenApply(reply -> failureOf(reply, batch));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable ReplicaException failureOf(RaftClientReply reply, Batch batch) {
        if (reply.isSuccess()) {
            return null;
        }
        Exception cause = reply.getException();
        if (batch.appended()) {
            return ReplicaException.of(
                    Reason.REASON_UNKNOWN_OUTCOME,
                    "leadership ended while the write was on its way (" + cause
                            + "): it may be done or not; ask again, or resend it in its session");
        }
        boolean notLeading = cause instanceof NotLeaderException
                || cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException;
        return notLeading
                ? notLeader.get()
                : ReplicaException.of(Reason.REASON_UNAVAILABLE, "the log did not take the write: " + cause);
    }
}
