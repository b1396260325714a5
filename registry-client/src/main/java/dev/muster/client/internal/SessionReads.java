// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.encoded.v1.EncodedLookupResult;
import dev.muster.encoded.v1.EncodedReply;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.Error;
import dev.muster.v1.Request;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lookups that travel with the writes of a session, many to a frame, where a call for each would cost a multiple. What
 * the stream does not answer, because it ends, because the node cannot, or because it takes too long, goes on as a call
 * of its own, at any node. Confined to the loop.
 */
final class SessionReads {
    /** On their way at once. */
    static final int WINDOW = 4096;

    static final int MOST_IN_A_FRAME = 512;

    private final Loop loop;
    private final Duration patience;
    private final Consumer<PendingRead> alone;
    private final ArrayDeque<PendingRead> outbox = new ArrayDeque<>();
    /** By correlation, in the order in which they were sent. Those of reads are negative, those of writes are not. */
    private final Map<Long, PendingRead> sent = new LinkedHashMap<>();

    private long lastCorrelation;
    private Loop.@Nullable Timer timer;

    /**
     * Reads that have no answer after {@code patience}, and others that the stream cannot help, are handed to
     * {@code alone}.
     */
    SessionReads(Loop loop, Duration patience, Consumer<PendingRead> alone) {
        this.loop = loop;
        this.patience = patience;
        this.alone = alone;
    }

    void add(PendingRead read) {
        outbox.add(read);
    }

    /** Puts into the frame what may be sent. */
    void fill(ClientFrame.Builder frame) {
        for (int count = 0; count < MOST_IN_A_FRAME && sent.size() < WINDOW && !outbox.isEmpty(); count++) {
            PendingRead read = outbox.remove();
            read.sent(loop.nanoTime());
            sent.put(--lastCorrelation, read);
            frame.addRequests(
                    Request.newBuilder().setCorrelation(lastCorrelation).setLookup(read.request()));
        }
        if (timer == null && !sent.isEmpty()) {
            expect(sent.values().iterator().next());
        }
    }

    /** Whether every read that was sent is answered. */
    boolean isAnswered() {
        return sent.isEmpty();
    }

    static boolean concerns(EncodedReply reply) {
        return reply.getCorrelation() < 0;
    }

    void answered(EncodedReply reply) {
        PendingRead read = sent.remove(reply.getCorrelation());
        if (read == null) {
            return;
        }
        EncodedLookupResult result = Wire.lookupResult(reply);
        Error error = result.getError();
        if (!result.hasError()) {
            read.answer().complete(result.getLookup());
        } else if (Failures.passesElsewhere(error.getReason())) {
            alone.accept(read);
        } else {
            read.answer().completeExceptionally(Failures.exception(error));
        }
    }

    /** There is no stream any more. */
    void goAlone() {
        List<PendingRead> all = takeAll();
        all.forEach(alone);
    }

    /** Nobody will answer any more. */
    void close() {
        takeAll()
                .forEach(read -> read.answer()
                        .completeExceptionally(new MusterException(
                                MusterException.Reason.UNAVAILABLE,
                                Fate.NOT_APPLIED,
                                "the client was closed before the registry answered")));
    }

    private List<PendingRead> takeAll() {
        List<PendingRead> all = new ArrayList<>(sent.values());
        all.addAll(outbox);
        sent.clear();
        outbox.clear();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        return all;
    }

    private void expect(PendingRead oldest) {
        long left = patience.toNanos() - oldest.underWayNanos(loop.nanoTime());
        timer = loop.schedule(Duration.ofNanos(Math.max(1, left)), this::giveUpLate);
    }

    private void giveUpLate() {
        timer = null;
        List<PendingRead> late = new ArrayList<>();
        var oldestFirst = sent.values().iterator();
        while (oldestFirst.hasNext()) {
            PendingRead oldest = oldestFirst.next();
            if (oldest.underWayNanos(loop.nanoTime()) < patience.toNanos()) {
                expect(oldest);
                break;
            }
            oldestFirst.remove();
            late.add(oldest);
        }
        late.forEach(alone);
    }
}
