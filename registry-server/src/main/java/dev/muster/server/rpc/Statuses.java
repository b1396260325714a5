// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.muster.core.Rejection;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The only place where the registry's errors become gRPC statuses, and failures of any kind become errors. A status
 * carries the error's reason, leader and incarnation as {@code google.rpc} details; nothing of the error is lost.
 * Stateless, thus thread-safe.
 */
final class Statuses {
    static final String DOMAIN = "muster.dev";
    static final String LEADER = "leader";
    static final String INCARNATION = "incarnation";

    /** An election takes longer than a request; there is no use in asking sooner. */
    private static final Duration RETRY_DELAY =
            Duration.newBuilder().setNanos(100_000_000).build();

    private Statuses() {}

    /** The error as the status of a call. */
    static StatusRuntimeException of(Error error) {
        ErrorInfo.Builder info = ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(error.getReason().name());
        if (!error.getLeader().isEmpty()) {
            info.putMetadata(LEADER, error.getLeader());
        }
        if (error.getIncarnation() != 0) {
            info.putMetadata(INCARNATION, Long.toUnsignedString(error.getIncarnation()));
        }
        Status.Code code = code(error.getReason());
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(error.getMessage())
                .addDetails(Any.pack(info.build()));
        if (code == Status.Code.UNAVAILABLE) {
            status.addDetails(
                    Any.pack(RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    /** Whatever went wrong, as the status of a call. */
    static StatusRuntimeException of(Throwable failure) {
        return of(error(failure));
    }

    /** Whatever went wrong, as an error; what is not known to be anything else is a defect. */
    static Error error(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof ReplicaException refused) {
            return refused.error();
        }
        if (cause instanceof Rejection refused) {
            return refused.error();
        }
        if (cause instanceof StatusRuntimeException remote) {
            Error typed = typed(remote);
            return typed != null
                    ? typed
                    : error(Reason.REASON_UNAVAILABLE, "another node did not answer: " + remote.getStatus());
        }
        if (cause instanceof TimeoutException) {
            return error(Reason.REASON_UNAVAILABLE, "not answered in time; try again");
        }
        return error(
                Reason.REASON_INTERNAL,
                "a defect of the registry: " + cause.getClass().getSimpleName() + "; please report it");
    }

    /** What goes with the status at the end of a call. */
    static Metadata trailers(StatusRuntimeException status) {
        Metadata trailers = status.getTrailers();
        return trailers == null ? new Metadata() : trailers;
    }

    static Error error(Reason reason, String message) {
        return Error.newBuilder().setReason(reason).setMessage(message).build();
    }

    /** The error in the status of another node; null when the status does not come from a registry. */
    static @Nullable Error typed(StatusRuntimeException remote) {
        com.google.rpc.Status status = StatusProto.fromThrowable(remote);
        if (status == null) {
            return null;
        }
        for (Any detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                return typed(status.getMessage(), detail);
            }
        }
        return null;
    }

    private static @Nullable Error typed(String message, Any detail) {
        try {
            ErrorInfo info = detail.unpack(ErrorInfo.class);
            if (!info.getDomain().equals(DOMAIN)) {
                return null;
            }
            return Error.newBuilder()
                    .setReason(Reason.valueOf(info.getReason()))
                    .setMessage(message)
                    .setLeader(info.getMetadataOrDefault(LEADER, ""))
                    .setIncarnation(Long.parseUnsignedLong(info.getMetadataOrDefault(INCARNATION, "0")))
                    .build();
        } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
            return null;
        }
    }

    /** What really went wrong, below what futures wrap around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Status.Code code(Reason reason) {
        return switch (reason) {
            case REASON_INVALID -> Status.Code.INVALID_ARGUMENT;
            case REASON_NOT_FOUND, REASON_SESSION_UNKNOWN, REASON_LEASE_UNKNOWN -> Status.Code.NOT_FOUND;
            case REASON_FENCED, REASON_WRONG_CLUSTER, REASON_CLOSED -> Status.Code.FAILED_PRECONDITION;
            case REASON_CONFLICT, REASON_STALE_GENERATION, REASON_OUT_OF_SEQUENCE, REASON_STALE_TERM ->
                Status.Code.ABORTED;
            case REASON_LIMIT, REASON_EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
            case REASON_UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case REASON_NOT_LEADER, REASON_UNAVAILABLE, REASON_TOO_OLD -> Status.Code.UNAVAILABLE;
            case REASON_NOT_RETAINED -> Status.Code.OUT_OF_RANGE;
            case REASON_UNKNOWN_OUTCOME -> Status.Code.UNKNOWN;
            case REASON_UNSPECIFIED, REASON_INTERNAL, UNRECOGNIZED -> Status.Code.INTERNAL;
        };
    }
}
