// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import org.jspecify.annotations.Nullable;

/**
 * Why the registry did not do what it was asked, or why nobody knows whether it did. The only exception of the client
 * beside {@link IllegalArgumentException} and {@link IllegalStateException} for wrong use.
 */
public final class MusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final Fate fate;
    private final String detail;
    private final long incarnation;

    /** An exception without a cause. */
    public MusterException(Reason reason, Fate fate, String detail) {
        this(reason, fate, detail, 0, null);
    }

    /** An exception with all it may carry. */
    public MusterException(Reason reason, Fate fate, String detail, long incarnation, @Nullable Throwable cause) {
        super(reason + (fate == Fate.NOT_APPLIED ? "" : " (fate: " + fate + ")") + ": " + detail, cause);
        this.detail = detail;
        this.reason = reason;
        this.fate = fate;
        this.incarnation = incarnation;
    }

    /** What kind of refusal. */
    public Reason reason() {
        return reason;
    }

    /** Whether the request was executed. */
    public Fate fate() {
        return fate;
    }

    /** What was wrong, what was expected and what to do; the message says the reason and the fate before it. */
    public String detail() {
        return detail;
    }

    /** For {@link Reason#FENCED} and {@link Reason#CONFLICT} the incarnation that is registered, else 0. */
    public long incarnation() {
        return incarnation;
    }

    /** Whether a request was executed. */
    public enum Fate {
        /** It was not and will not be. Trying again is safe. */
        NOT_APPLIED,
        /** It was. */
        APPLIED,
        /** It may have been, or may still be. Look before trying again. */
        UNKNOWN
    }

    /** Why a request was refused. */
    public enum Reason {
        /** The request itself is wrong; sending it again changes nothing. */
        INVALID,
        /** There is no such instance, keyspace or key set. */
        NOT_FOUND,
        /** A newer incarnation of the same instance is registered. Final: the older one must stop. */
        FENCED,
        /** The session ended. */
        SESSION_UNKNOWN,
        /** The session went on in a newer stream. */
        STALE_GENERATION,
        /** A sequence was left out, or its outcome was already given up. */
        OUT_OF_SEQUENCE,
        /** The lease never existed or ended. */
        LEASE_UNKNOWN,
        /** The instance is not at the expected incarnation or revision, or the keyspace is another one than asked for. */
        CONFLICT,
        /** A bound of the registry or of this client is reached. The message names it. */
        LIMIT,
        /** The command was accepted by a leader of an older term. */
        STALE_TERM,
        /** The cluster does not have this operation or field yet. */
        UNSUPPORTED,
        /** The caller named another cluster or another epoch. */
        WRONG_CLUSTER,
        /** The asked node does not lead. */
        NOT_LEADER,
        /** No leader, no quorum or no node could be reached in time. */
        UNAVAILABLE,
        /** The request was handed over and its fate is not known. */
        UNKNOWN_OUTCOME,
        /** No node can vouch for the asked freshness. */
        TOO_OLD,
        /** What was asked for is older than what is kept; the message says what is. */
        NOT_RETAINED,
        /** A defect of the registry. */
        INTERNAL,
        /** The keyspace has not as many numbers left. It never begins again. */
        EXHAUSTED,
        /** The keyspace was closed by a restore: nobody knows which of its numbers were handed out before. */
        CLOSED
    }
}
