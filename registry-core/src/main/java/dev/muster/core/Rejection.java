// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.event.OpenPair;
import dev.muster.core.key.Key;
import dev.muster.core.keyspace.KeyspaceSpec;
import dev.muster.core.keyspace.Uint128;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;

/**
 * A typed refusal, on its way from the rule that refuses to whoever answers.
 *
 * <p>Its text says what was wrong, what was expected and what to do; values of the caller are shortened and made
 * printable. It has no stack trace: a refusal is an ordinary outcome. Immutable.
 */
public final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Error error;

    private Rejection(Error error) {
        super(error.getReason() + ": " + error.getMessage(), null, false, false);
        this.error = error;
    }

    /** What the caller is shown. */
    public Error error() {
        return error;
    }

    /** Why. */
    public Reason reason() {
        return error.getReason();
    }

    /** The refusal as an answer. */
    public Result toResult() {
        return Result.newBuilder().setError(error).build();
    }

    /** A refusal without further fields. */
    public static Rejection of(Reason reason, String message) {
        return new Rejection(
                Error.newBuilder().setReason(reason).setMessage(message).build());
    }

    /** The field has a value that it cannot have. */
    public static Rejection invalid(String field, Object value, String expected) {
        return of(Reason.REASON_INVALID, field + ": " + shown(value) + " (expected: " + expected + ")");
    }

    /** There is no such instance. */
    public static Rejection notFound(Key key) {
        return of(Reason.REASON_NOT_FOUND, "instance " + key + " is not registered");
    }

    /** There is no such keyspace. */
    public static Rejection keyspaceNotFound(String name) {
        return of(Reason.REASON_NOT_FOUND, "keyspace " + Text.quote(name) + " does not exist; create it first");
    }

    static Rejection keySetNotFound(String name, Uint128 first, Uint128 last) {
        return of(
                Reason.REASON_NOT_FOUND,
                "keyspace " + name + ": " + first + " to " + last
                        + " is not the end of a key set of the caller (expected: one that it took, up to its last"
                        + " number)");
    }

    static Rejection keyspaceConflict(KeyspaceSpec existing) {
        return of(
                Reason.REASON_CONFLICT,
                "keyspace " + existing.name() + " exists with width " + existing.width() + ", start " + existing.start()
                        + ", max " + existing.max() + " (expected: the same, or another name)");
    }

    static Rejection keyspaceClosed(String name) {
        return of(
                Reason.REASON_CLOSED,
                "keyspace " + name + " was closed by a restore: nobody knows which numbers were handed out after the"
                        + " backup; an operator has to say where to go on, with 'muster keys resume'");
    }

    static Rejection keyspaceOpen(String name) {
        return of(
                Reason.REASON_CONFLICT,
                "keyspace " + name + " is not closed; nothing is to be resumed, and nothing was changed");
    }

    static Rejection exhausted(String name, Uint128 left, int size) {
        return of(
                Reason.REASON_EXHAUSTED,
                "keyspace " + name + " has " + left + " numbers left (asked for: " + size
                        + "); it never begins again; ask for fewer, or use another one");
    }

    static Rejection fenced(Key key, long supersedes, long known) {
        return withIncarnation(
                Reason.REASON_FENCED,
                "instance " + key + ": incarnation " + known + " is newer than the superseded one, "
                        + Long.toUnsignedString(supersedes) + "; stop, another process has taken over",
                known);
    }

    static Rejection incarnationConflict(Key key, long expected, long registered) {
        return withIncarnation(
                Reason.REASON_CONFLICT,
                "instance " + key + ": incarnation is " + registered + " (expected: " + Long.toUnsignedString(expected)
                        + "); read it again",
                registered);
    }

    static Rejection revisionConflict(Key key, long expected, long modified, long registered) {
        return withIncarnation(
                Reason.REASON_CONFLICT,
                "instance " + key + ": last modified at revision " + modified + " (expected: "
                        + Long.toUnsignedString(expected) + "); read it again",
                registered);
    }

    /** The session never existed or ended. */
    public static Rejection sessionUnknown(long session) {
        return of(
                Reason.REASON_SESSION_UNKNOWN,
                "session " + Long.toUnsignedString(session)
                        + " never existed or ended; nothing was executed; open a new one");
    }

    static Rejection staleGeneration(long generation, long newest) {
        return of(
                Reason.REASON_STALE_GENERATION,
                "generation: " + Long.toUnsignedString(generation) + " (expected: at least "
                        + Long.toUnsignedString(newest) + "); a newer stream speaks for the session");
    }

    static Rejection outOfSequence(long sequence, long lowest, long next) {
        return of(
                Reason.REASON_OUT_OF_SEQUENCE,
                "sequence: " + Long.toUnsignedString(sequence) + " (expected: " + next + " for a new write, " + lowest
                        + " or above for a repeated one); nothing was executed");
    }

    /** The lease never existed, ended, or is not the caller's. */
    public static Rejection leaseUnknown(long lease) {
        return of(
                Reason.REASON_LEASE_UNKNOWN,
                "lease " + Long.toUnsignedString(lease) + " never existed, ended, or belongs to another session;"
                        + " nothing was executed; grant a new one");
    }

    /** A bound of the registry is reached. */
    public static Rejection limit(String bound, long value) {
        return limit(bound, value, "remove what is not needed, or raise the bound");
    }

    static Rejection limit(String bound, long value, String advice) {
        return of(Reason.REASON_LIMIT, bound + ": " + value + " is reached; " + advice);
    }

    static Rejection pairOpen(OpenPair open) {
        return of(
                Reason.REASON_CONFLICT,
                "pair " + open.name() + " is open since event " + open.before()
                        + " (expected: one that is not); tell its AFTER first, or use another id");
    }

    static Rejection pairNotOpen(OpenPair.Name name) {
        return of(
                Reason.REASON_NOT_FOUND,
                "pair " + name + " is not open; its BEFORE never came, or the pair was closed or interrupted: see the"
                        + " log");
    }

    static Rejection notCreated() {
        return of(
                Reason.REASON_STALE_TERM, "the cluster is not created yet; nothing was executed; wait for its leader");
    }

    static Rejection staleTerm(long term, String expected) {
        return of(
                Reason.REASON_STALE_TERM,
                "term: " + Long.toUnsignedString(term) + " (expected: " + expected
                        + "); another leader has begun; nothing was executed; send it again");
    }

    /** The cluster does not have this yet. */
    public static Rejection unsupported(String what) {
        return of(
                Reason.REASON_UNSUPPORTED,
                what + " is not known here (expected: at most feature level " + Limits.FEATURE_LEVEL + ")");
    }

    static Rejection internal(RuntimeException defect) {
        return of(
                Reason.REASON_INTERNAL,
                "a defect of the registry, nothing was executed: "
                        + defect.getClass().getSimpleName() + "; please report it");
    }

    /** The same refusal, of a part of a request. */
    Rejection within(String part) {
        return new Rejection(
                error.toBuilder().setMessage(part + ": " + error.getMessage()).build());
    }

    private static Rejection withIncarnation(Reason reason, String message, long incarnation) {
        return new Rejection(Error.newBuilder()
                .setReason(reason)
                .setMessage(message)
                .setIncarnation(incarnation)
                .build());
    }

    private static String shown(Object value) {
        return value instanceof String text ? Text.quote(text) : String.valueOf(value);
    }
}
