// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.session.Session;
import dev.muster.core.session.Session.Remembered;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import org.jspecify.annotations.Nullable;

/**
 * The rule that each write of a session is executed once, in order, however often it is sent.
 *
 * <p>What the gate refuses was not executed, consumed no sequence and is not remembered; what passes it is remembered,
 * a refusal by the operation too, until the client acknowledges it. Stateless.
 */
final class SessionGate {
    private SessionGate() {}

    /** Null when the operation is to be executed; else the outcome remembered of the same write. */
    static @Nullable Result enter(Draft draft) {
        Command command = draft.command();
        if (command.getSession() == 0) {
            return null;
        }
        if (!isOfClients(command.getOpCase())) {
            throw Rejection.invalid("session", command.getSession(), "0 for " + command.getOpCase());
        }
        Session session = speakFor(draft, command);
        long sequence = command.getSequence();
        if (sequence < session.ackBelow() || sequence > session.applied() + 1) {
            throw Rejection.outOfSequence(sequence, session.ackBelow(), session.applied() + 1);
        }
        Remembered outcome = session.outcome(sequence);
        if (outcome != null) {
            return replay(outcome, command);
        }
        if (session.outcomeCount() >= draft.settings().getMaxOutcomes()) {
            throw Rejection.limit(
                    "max_outcomes",
                    draft.settings().getMaxOutcomes(),
                    "acknowledge the replies that arrived, then send it again");
        }
        return null;
    }

    /** Remembers the outcome, unless the operation ended the session. */
    static Outcome leave(Draft draft, Result result) {
        byte[] encoded = Fingerprint.encode(result);
        long fingerprint = Fingerprint.of(encoded);
        Session session = draft.session();
        if (session != null) {
            Command command = draft.command();
            draft.sessions = draft.sessions.with(session.remember(new Remembered(
                    command.getSequence(),
                    command.getDigest(),
                    UnsafeByteOperations.unsafeWrap(encoded),
                    fingerprint)));
        }
        return draft.outcome(result, fingerprint);
    }

    private static Session speakFor(Draft draft, Command command) {
        Session session = draft.session();
        if (session == null) {
            throw Rejection.sessionUnknown(command.getSession());
        }
        long generation = command.getGeneration();
        if (Long.compareUnsigned(generation, session.generation()) < 0) {
            throw Rejection.staleGeneration(generation, session.generation());
        }
        Session spoken = session.generation(generation).acknowledge(command.getAckBelow());
        draft.admit(spoken);
        return spoken;
    }

    private static Result replay(Remembered outcome, Command command) {
        if (outcome.digest() != command.getDigest()) {
            throw Rejection.of(
                    Reason.REASON_INVALID,
                    "sequence: " + outcome.sequence() + " was another operation before (expected: the same again, or a"
                            + " new sequence)");
        }
        try {
            return Result.parseFrom(outcome.result());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("remembered outcome " + outcome.sequence() + " is not readable", e);
        }
    }

    private static boolean isOfClients(Command.OpCase operation) {
        return switch (operation) {
            case REGISTER,
                    DEREGISTER,
                    UPDATE,
                    BATCH,
                    GRANT_LEASE,
                    REVOKE_LEASE,
                    CLOSE_SESSION,
                    CREATE_KEYSPACE,
                    NEXT_KEY_SET,
                    RETURN_KEYS,
                    APPEND_EVENT,
                    OP_NOT_SET -> true;
            case OPEN_SESSION,
                    RESUME_KEYSPACE,
                    TERM_STARTED,
                    EXPIRE_LEASES,
                    RESUME_LEASES,
                    RAISE_FEATURE_LEVEL,
                    NODE_REPORT,
                    BARRIER -> false;
        };
    }
}
