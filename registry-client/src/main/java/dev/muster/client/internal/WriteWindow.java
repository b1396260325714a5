// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.v1.ClientFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writes of a session on their way, in one sequence.
 *
 * <p>A write gets its sequence when it is first sent. From then on it is kept, and sent again in order on every new
 * stream, until its answer arrives, even if nobody waits for that any more: a sequence left out would stop all that
 * follow.
 *
 * <p><b>Holes.</b> A refusal may come from the registry's state, and then counts as the outcome of its sequence, or from
 * a node that was too busy to take the write, and then the sequence is still to be used. As long as nothing later was
 * executed, nobody can tell, so a filler keeps the place: a write that does nothing, sent only if the sequence turns out
 * to be missing, or when so many of them keep their places that there would soon be none for writes.
 *
 * <p>Confined to the loop.
 */
final class WriteWindow {
    /** The largest operation that the registry takes, in bytes. */
    static final int LARGEST_REQUEST = 64 << 10;
    /** From the first unanswered write on. The registry remembers the outcome of each; this is its default bound. */
    static final int WINDOW = 4096;
    /** When the first unanswered write is so far behind, fillers in its place are sent. */
    static final int FILLERS_SENT_FROM = WINDOW / 2;
    /** Writes that wait to be sent. */
    static final int LONGEST_QUEUE = 1 << 16;
    /** Bounds of one frame; the registry takes up to 1 MiB. */
    static final int LARGEST_FRAME = 512 << 10;

    static final int MOST_REQUESTS = 512;

    /** To be sent, in order: first what was sent on an earlier stream, then what was not sent yet. */
    private ArrayDeque<PendingWrite> outbox = new ArrayDeque<>();
    /** Sequenced and not answered, by sequence, in order. */
    private final Map<Long, PendingWrite> unanswered = new LinkedHashMap<>();

    private long nextSequence = 1;
    /** The filler that was sent last on its own account. */
    private long sentFiller;

    /** Takes a write in; false, and the write fails, when too many wait. */
    boolean add(PendingWrite write) {
        if (outbox.size() >= LONGEST_QUEUE) {
            write.answer()
                    .completeExceptionally(new MusterException(
                            MusterException.Reason.LIMIT,
                            Fate.NOT_APPLIED,
                            "writes waiting to be sent: " + outbox.size() + " (expected: fewer than " + LONGEST_QUEUE
                                    + "); wait for answers before writing more"));
            return false;
        }
        outbox.add(write);
        return true;
    }

    /** Takes in again what a session before this one has not sent. */
    void addAll(List<PendingWrite> unsent) {
        outbox.addAll(unsent);
    }

    /** Whether nothing waits to be sent. */
    boolean hasNothingToSend() {
        return outbox.isEmpty();
    }

    /** Whether every write that was sent is answered. */
    boolean isAnswered() {
        return unanswered.isEmpty();
    }

    /** Whether nobody waits for anything. */
    boolean isDone() {
        return unanswered.isEmpty() && outbox.stream().allMatch(PendingWrite::isDone);
    }

    /** The write of this sequence, null when it has its answer. */
    @Nullable
    PendingWrite unanswered(long sequence) {
        return unanswered.get(sequence);
    }

    /** The registry executed this sequence, hence all before it. */
    void executed(long sequence, PendingWrite write) {
        unanswered.remove(sequence, write);
        Iterator<Map.Entry<Long, PendingWrite>> before = unanswered.entrySet().iterator();
        while (before.hasNext()) {
            Map.Entry<Long, PendingWrite> entry = before.next();
            if (entry.getKey() > sequence) {
                return;
            }
            if (entry.getValue().isFiller()) {
                before.remove();
            }
        }
    }

    /** A node refused this sequence, which may still be to be used: a filler keeps its place. */
    void refused(long sequence, PendingWrite write) {
        unanswered.put(sequence, write.isFiller() ? write : PendingWrite.filler(sequence));
        if (sequence == sentFiller) {
            sentFiller = 0;
        }
    }

    /** Nobody knows the session of this sequence. */
    void forget(long sequence) {
        unanswered.remove(sequence);
    }

    /** A new stream of the same session: all that is unanswered goes out again, in order. */
    void resendAll() {
        ArrayDeque<PendingWrite> again = new ArrayDeque<>(unanswered.values());
        unsent().forEach(again::add);
        outbox = again;
    }

    /** What was sent and has no answer. */
    List<PendingWrite> sent() {
        return new ArrayList<>(unanswered.values());
    }

    /** What was never sent. */
    List<PendingWrite> unsent() {
        return outbox.stream().filter(write -> !write.isSequenced()).toList();
    }

    /** Forgets all of it and begins a new sequence. */
    void clear() {
        unanswered.clear();
        outbox.clear();
        nextSequence = 1;
        sentFiller = 0;
    }

    /** Drops what was not sent and nobody waits for. */
    void dropDone() {
        outbox.removeIf(write -> write.isDone() && !write.isSequenced());
    }

    /** Puts into the frame as much as fits and may be sent. */
    void fill(ClientFrame.Builder frame, Origin origin) {
        if (nextSequence - ackBelow() >= FILLERS_SENT_FROM && sentFiller < ackBelow()) {
            sendFiller(frame);
        }
        int bytes = 0;
        while (!outbox.isEmpty() && frame.getRequestsCount() < MOST_REQUESTS && bytes < LARGEST_FRAME) {
            PendingWrite write = outbox.element();
            if (!write.isSequenced()) {
                if (nextSequence - ackBelow() >= WINDOW) {
                    break;
                }
                if (write.isDone() || !sequence(write, origin)) {
                    outbox.remove();
                    continue;
                }
            }
            outbox.remove();
            bytes += write.size();
            frame.addRequests(write.send());
        }
        frame.setAckBelow(ackBelow());
    }

    /** The answer to the last filler before the first write tells of all before it, too. */
    private void sendFiller(ClientFrame.Builder frame) {
        PendingWrite last = null;
        for (Map.Entry<Long, PendingWrite> entry : unanswered.entrySet()) {
            if (!entry.getValue().isFiller()) {
                break;
            }
            sentFiller = entry.getKey();
            last = entry.getValue();
        }
        if (last != null) {
            frame.addRequests(last.send());
        }
    }

    /** Every sequence below this one has its answer. */
    long ackBelow() {
        return unanswered.isEmpty()
                ? nextSequence
                : unanswered.keySet().iterator().next();
    }

    /** Gives the write its place, unless it is too large for the registry. */
    private boolean sequence(PendingWrite write, Origin origin) {
        int size = write.sequence(nextSequence, origin);
        if (size > LARGEST_REQUEST) {
            write.unsequence();
            write.answer()
                    .completeExceptionally(new MusterException(
                            MusterException.Reason.INVALID,
                            Fate.NOT_APPLIED,
                            "size of the request: " + size + " bytes (expected: up to " + LARGEST_REQUEST + ")"));
            return false;
        }
        unanswered.put(nextSequence++, write);
        return true;
    }
}
