// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what is addressed to another peer than this one. A node whose disk was emptied listens where its older self
 * did, and a leader goes on sending to that. Ratis 3.3.0 takes such a request for its own: the new disk would confirm
 * entries in the name of the old one, and two appenders of the leader would install a snapshot at the same time, into
 * the same files. Thread-safe.
 */
final class RecipientCheck implements ServerInterceptor {
    private final ByteString self;

    RecipientCheck(RaftPeerId self) {
        this.self = self.toByteString();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new Checked<>(call, next.startCall(call, headers));
    }

    private boolean isForAnother(Object message) {
        RaftRpcRequestProto request = requestOf(message);
        return request != null && !request.getReplyId().equals(self);
    }

    private static @Nullable RaftRpcRequestProto requestOf(Object message) {
        if (message instanceof AppendEntriesRequestProto append) {
            return append.getServerRequest();
        }
        if (message instanceof RequestVoteRequestProto vote) {
            return vote.getServerRequest();
        }
        if (message instanceof InstallSnapshotRequestProto snapshot) {
            return snapshot.getServerRequest();
        }
        if (message instanceof StartLeaderElectionRequestProto election) {
            return election.getServerRequest();
        }
        if (message instanceof ReadIndexRequestProto read) {
            return read.getServerRequest();
        }
        return null;
    }

    private final class Checked<Q, A> extends ServerCall.Listener<Q> {
        private final ServerCall<Q, A> call;
        private final ServerCall.Listener<Q> handler;
        private boolean refused;

        Checked(ServerCall<Q, A> call, ServerCall.Listener<Q> handler) {
            this.call = call;
            this.handler = handler;
        }

        @Override
        public void onMessage(Q message) {
            if (refused) {
                return;
            }
            if (isForAnother(message)) {
                // The handler has begun nothing: all messages of one call have the same recipient.
                refused = true;
                call.close(
                        Status.FAILED_PRECONDITION.withDescription("this is " + self.toStringUtf8()
                                + " and not the peer that listened here before; its disk is another one"),
                        new Metadata());
            } else {
                handler.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                handler.onHalfClose();
            }
        }

        @Override
        public void onReady() {
            if (!refused) {
                handler.onReady();
            }
        }

        @Override
        public void onCancel() {
            if (!refused) {
                handler.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (!refused) {
                handler.onComplete();
            }
        }
    }
}
