// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The one place where what went wrong becomes a typed error, and that an exception. Stateless. */
final class Failures {
    static final String DOMAIN = "muster.dev";
    static final String LEADER = "leader";
    static final String INCARNATION = "incarnation";

    private Failures() {}

    /**
     * Why a call or stream broke.
     *
     * @param error as the registry would say it
     * @param answered whether the registry said it itself; else the way to it failed
     * @param delivered whether the request may have reached a node
     */
    record Broken(Error error, boolean answered, boolean delivered) {
        /** A write that broke so may have been done, unless the registry says otherwise. */
        Fate fateOfWrite() {
            return answered ? fate(error.getReason()) : delivered ? Fate.UNKNOWN : Fate.NOT_APPLIED;
        }
    }

    /** What the registry says when it refuses. */
    static MusterException exception(Error error) {
        return exception(error, fate(error.getReason()));
    }

    /** What the registry says when it refuses, with a fate that is known better. */
    static MusterException exception(Error error, Fate fate) {
        return new MusterException(reason(error.getReason()), fate, error.getMessage(), error.getIncarnation(), null);
    }

    /** Says an error in the registry's own form. */
    static Error error(Reason reason, String message) {
        return Error.newBuilder().setReason(reason).setMessage(message).build();
    }

    /** What the end of a call or stream means. */
    static Broken broken(Throwable thrown) {
        Error typed = typed(thrown);
        if (typed != null) {
            return new Broken(typed, true, true);
        }
        Status status = Status.fromThrowable(thrown);
        String detail = status.getDescription() == null ? "" : ": " + status.getDescription();
        boolean delivered = !neverConnected(thrown) && status.getCode() != Status.Code.UNIMPLEMENTED;
        return new Broken(error(reason(status.getCode()), status.getCode() + detail), false, delivered);
    }

    /** Whether a write in a session, refused so, is to be sent again under its sequence. */
    static boolean resends(Reason reason) {
        return switch (reason) {
            case REASON_NOT_LEADER,
                    REASON_UNAVAILABLE,
                    REASON_STALE_TERM,
                    REASON_UNKNOWN_OUTCOME,
                    REASON_STALE_GENERATION,
                    REASON_OUT_OF_SEQUENCE -> true;
            case REASON_UNSPECIFIED,
                    REASON_INVALID,
                    REASON_NOT_FOUND,
                    REASON_FENCED,
                    REASON_SESSION_UNKNOWN,
                    REASON_LEASE_UNKNOWN,
                    REASON_CONFLICT,
                    REASON_LIMIT,
                    REASON_UNSUPPORTED,
                    REASON_WRONG_CLUSTER,
                    REASON_TOO_OLD,
                    REASON_EXHAUSTED,
                    REASON_CLOSED,
                    REASON_NOT_RETAINED,
                    REASON_INTERNAL,
                    UNRECOGNIZED -> false;
        };
    }

    /** Whether only the registry's state can say so: then the refusal is the outcome of the write's sequence. */
    static boolean isOutcome(Reason reason) {
        return reason == Reason.REASON_NOT_FOUND
                || reason == Reason.REASON_FENCED
                || reason == Reason.REASON_CONFLICT
                || reason == Reason.REASON_LEASE_UNKNOWN
                || reason == Reason.REASON_EXHAUSTED
                || reason == Reason.REASON_CLOSED;
    }

    /** Whether the same call may succeed at another node or a little later. */
    static boolean mayPass(Reason reason) {
        return reason == Reason.REASON_NOT_LEADER
                || reason == Reason.REASON_UNAVAILABLE
                || reason == Reason.REASON_STALE_TERM;
    }

    /** Whether the same read may be answered elsewhere or a little later. */
    static boolean passesElsewhere(Reason reason) {
        return mayPass(reason) || reason == Reason.REASON_TOO_OLD || reason == Reason.REASON_UNKNOWN_OUTCOME;
    }

    private static Fate fate(Reason reason) {
        return reason == Reason.REASON_UNKNOWN_OUTCOME ? Fate.UNKNOWN : Fate.NOT_APPLIED;
    }

    private static MusterException.Reason reason(Reason reason) {
        return switch (reason) {
            case REASON_INVALID -> MusterException.Reason.INVALID;
            case REASON_NOT_FOUND -> MusterException.Reason.NOT_FOUND;
            case REASON_FENCED -> MusterException.Reason.FENCED;
            case REASON_SESSION_UNKNOWN -> MusterException.Reason.SESSION_UNKNOWN;
            case REASON_STALE_GENERATION -> MusterException.Reason.STALE_GENERATION;
            case REASON_OUT_OF_SEQUENCE -> MusterException.Reason.OUT_OF_SEQUENCE;
            case REASON_LEASE_UNKNOWN -> MusterException.Reason.LEASE_UNKNOWN;
            case REASON_CONFLICT -> MusterException.Reason.CONFLICT;
            case REASON_LIMIT -> MusterException.Reason.LIMIT;
            case REASON_STALE_TERM -> MusterException.Reason.STALE_TERM;
            case REASON_UNSUPPORTED -> MusterException.Reason.UNSUPPORTED;
            case REASON_WRONG_CLUSTER -> MusterException.Reason.WRONG_CLUSTER;
            case REASON_NOT_LEADER -> MusterException.Reason.NOT_LEADER;
            case REASON_UNAVAILABLE -> MusterException.Reason.UNAVAILABLE;
            case REASON_UNKNOWN_OUTCOME -> MusterException.Reason.UNKNOWN_OUTCOME;
            case REASON_TOO_OLD -> MusterException.Reason.TOO_OLD;
            case REASON_EXHAUSTED -> MusterException.Reason.EXHAUSTED;
            case REASON_CLOSED -> MusterException.Reason.CLOSED;
            case REASON_NOT_RETAINED -> MusterException.Reason.NOT_RETAINED;
            case REASON_INTERNAL, REASON_UNSPECIFIED, UNRECOGNIZED -> MusterException.Reason.INTERNAL;
        };
    }

    private static Reason reason(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Reason.REASON_INVALID;
            case UNIMPLEMENTED -> Reason.REASON_UNSUPPORTED;
            case RESOURCE_EXHAUSTED -> Reason.REASON_LIMIT;
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, OK -> Reason.REASON_UNAVAILABLE;
            case UNKNOWN,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    INTERNAL,
                    DATA_LOSS,
                    UNAUTHENTICATED -> Reason.REASON_INTERNAL;
        };
    }

    private static @Nullable Error typed(Throwable thrown) {
        com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
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
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            // A newer registry may say what this client does not know; its status code is still good.
            return null;
        }
    }

    private static boolean neverConnected(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }
}
