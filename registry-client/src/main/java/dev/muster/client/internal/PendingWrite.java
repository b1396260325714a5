// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One write on its way through a session. It is written down only when it gets its sequence, and from then on it is the
 * same bytes however often it is sent. Confined to the loop, except for its answer.
 */
final class PendingWrite {
    /** Refused by every registry, as an outcome. */
    private static final Body FILLER = in -> Request.newBuilder().setDeregister(DeregisterRequest.getDefaultInstance());

    private final Body body;
    private final long deadlineNanos;
    private final boolean bounded;
    private final CompletableFuture<Result> answer = new CompletableFuture<>();
    private @Nullable Request request;
    private int streams;

    private PendingWrite(Body body, boolean bounded, long deadlineNanos) {
        this.body = body;
        this.bounded = bounded;
        this.deadlineNanos = deadlineNanos;
    }

    /** A write whose answer is waited for until a time of the loop's clock. */
    static PendingWrite until(long deadlineNanos, Body body) {
        return new PendingWrite(body, true, deadlineNanos);
    }

    /** A write whose answer is waited for as long as the session lives. */
    static PendingWrite patient(Body body) {
        return new PendingWrite(body, false, 0);
    }

    /** Takes the place of a write that was refused, in case the refusal did not use up its sequence. Does nothing. */
    static PendingWrite filler(long sequence) {
        PendingWrite filler = new PendingWrite(FILLER, false, 0);
        filler.sequence(sequence, Origin.NONE);
        return filler;
    }

    boolean isFiller() {
        return body == FILLER;
    }

    /** Completed on the loop with the result, which is no error, or with a {@link dev.muster.client.MusterException}. */
    CompletableFuture<Result> answer() {
        return answer;
    }

    /** Whether nobody waits for the answer any more. */
    boolean isDone() {
        return answer.isDone();
    }

    boolean isBounded() {
        return bounded;
    }

    /** How long the answer may still take, in nanoseconds; less than 1 when it is late. */
    long remainingNanos(long now) {
        return deadlineNanos - now;
    }

    /** Whether it has its place in the session's sequence, which it then keeps until it is answered. */
    boolean isSequenced() {
        return request != null;
    }

    /** Writes it down as it will be sent. Returns its size in bytes. */
    int sequence(long sequence, Origin origin) {
        Request written =
                body.in(origin).setCorrelation(sequence).setSequence(sequence).build();
        request = written;
        return written.getSerializedSize();
    }

    /** It was too large to be sent: it has no sequence after all. */
    void unsequence() {
        request = null;
    }

    /** What to send; it counts as sent from now on. */
    Request send() {
        if (request == null) {
            throw new IllegalStateException("a write is sent before it has its sequence");
        }
        streams++;
        return request;
    }

    /** How many bytes it takes. */
    int size() {
        return request == null ? 0 : request.getSerializedSize();
    }

    /** On how many streams it was sent. */
    int streams() {
        return streams;
    }

    /** What a write says, once it is known to which history it is said. */
    @FunctionalInterface
    interface Body {
        Request.Builder in(Origin origin);
    }
}
