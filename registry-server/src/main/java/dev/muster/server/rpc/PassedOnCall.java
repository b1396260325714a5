// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A call that this node passes on to the leader, message by message, with the flow control of both sides tied together:
 * neither a slow client nor a slow leader makes anything pile up here. Thread-safe.
 *
 * <p>When the way to the leader breaks, the caller of a unary call is told the truth: nothing was executed if the call
 * never reached a connection, an unknown fate otherwise.
 */
final class PassedOnCall<ReqT, RespT> {
    /** Said by the leader's gRPC before any of our code saw the call. */
    private static final Set<Status.Code> REFUSED_BY_GRPC = Set.of(
            Status.Code.UNIMPLEMENTED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED);

    /** Also the lock under which the caller is spoken to. */
    private final ServerCall<ReqT, RespT> caller;

    private final ClientCall<ReqT, RespT> leader;
    private final String address;
    private final ChannelPool.Lease place;
    private final Consumer<PassedOnCall<?, ?>> ended;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean leaderWaits = new AtomicBoolean();
    private final AtomicBoolean callerWaits = new AtomicBoolean();

    PassedOnCall(
            ServerCall<ReqT, RespT> caller,
            String address,
            ChannelPool.Lease place,
            CallOptions options,
            Consumer<PassedOnCall<?, ?>> ended) {
        this.caller = caller;
        this.address = address;
        this.place = place;
        this.ended = ended;
        this.leader = place.channel().newCall(caller.getMethodDescriptor(), options);
    }

    ServerCall.Listener<ReqT> start(Metadata metadata) {
        leader.start(new FromLeader(), metadata);
        leader.request(1);
        caller.request(1);
        return new FromCaller();
    }

    /** Ends the call if it goes to a node that does not lead any more. */
    void leaderIsNowAt(String newAddress) {
        if (!address.equals(newAddress)) {
            boolean unary = caller.getMethodDescriptor().getType().clientSendsOneMessage();
            Error error = unary
                    ? unknown("leadership moved")
                    : Statuses.error(Reason.REASON_NOT_LEADER, "leadership moved; go on at the new leader").toBuilder()
                            .setLeader(newAddress)
                            .build();
            close(Statuses.of(error));
            leader.cancel("leadership moved", null);
        }
    }

    private void close(StatusRuntimeException status) {
        close(status.getStatus(), Statuses.trailers(status));
    }

    private void close(Status status, Metadata trailers) {
        synchronized (caller) {
            if (release()) {
                caller.close(status, trailers);
            }
        }
    }

    /** Whether this call ended the call; only once. */
    private boolean release() {
        boolean first = closed.compareAndSet(false, true);
        if (first) {
            place.close();
            ended.accept(this);
        }
        return first;
    }

    private Error unknown(String why) {
        return Statuses.error(
                Reason.REASON_UNKNOWN_OUTCOME,
                "the call was passed on to " + address + " and not answered (" + why
                        + "): it may be done, or be done later; read before you repeat it");
    }

    private Error broken(Status status) {
        boolean reached = leader.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
        return reached && caller.getMethodDescriptor().getType().clientSendsOneMessage()
                ? unknown(String.valueOf(status.getDescription()))
                : Statuses.error(
                        Reason.REASON_UNAVAILABLE,
                        "the leader at " + address + " cannot be reached (" + status.getDescription() + "); try again");
    }

    private final class FromCaller extends ServerCall.Listener<ReqT> {
        @Override
        public void onMessage(ReqT message) {
            synchronized (caller) {
                if (closed.get()) {
                    return;
                }
                leader.sendMessage(message);
            }
            if (leader.isReady()) {
                caller.request(1);
            } else {
                callerWaits.set(true);
                requestOfCaller();
            }
        }

        @Override
        public void onHalfClose() {
            synchronized (caller) {
                if (!closed.get()) {
                    leader.halfClose();
                }
            }
        }

        @Override
        public void onCancel() {
            synchronized (caller) {
                release();
            }
            leader.cancel("the caller has gone", null);
        }

        @Override
        public void onReady() {
            requestOfLeader();
        }
    }

    private void requestOfCaller() {
        if (leader.isReady() && callerWaits.compareAndSet(true, false)) {
            caller.request(1);
        }
    }

    private void requestOfLeader() {
        if (caller.isReady() && leaderWaits.compareAndSet(true, false)) {
            leader.request(1);
        }
    }

    private final class FromLeader extends ClientCall.Listener<RespT> {
        @Override
        public void onHeaders(Metadata headers) {
            synchronized (caller) {
                if (!closed.get()) {
                    caller.sendHeaders(headers);
                }
            }
        }

        @Override
        public void onMessage(RespT message) {
            synchronized (caller) {
                if (!closed.get()) {
                    caller.sendMessage(message);
                }
            }
            if (caller.isReady()) {
                leader.request(1);
            } else {
                leaderWaits.set(true);
                requestOfLeader();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean answered = status.isOk() || Statuses.typed(status.asRuntimeException(trailers)) != null;
            if (answered || REFUSED_BY_GRPC.contains(status.getCode())) {
                close(status, trailers);
            } else {
                close(Statuses.of(broken(status)));
            }
        }

        @Override
        public void onReady() {
            requestOfCaller();
        }
    }
}
