// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.event;

import dev.muster.core.hash.Fingerprint;
import io.vavr.collection.Vector;
import java.util.List;

/**
 * The newest events, in their order.
 *
 * <p>Sequences are 1, 2, 3, ... without a gap; the oldest events fall out at the front. Immutable, thus thread-safe.
 */
public final class EventRing {
    private static final EventRing EMPTY = new EventRing(Vector.empty(), 1, 0);

    private final Vector<EventRecord> entries;
    private final long firstSequence;
    private final long sum;

    private EventRing(Vector<EventRecord> entries, long firstSequence, long sum) {
        this.entries = entries;
        this.firstSequence = firstSequence;
        this.sum = sum;
    }

    /** No event yet. */
    public static EventRing empty() {
        return EMPTY;
    }

    /** These events, of which the first one has, or the next one will have, this sequence; for reading a stored ring. */
    public static EventRing of(long firstSequence, List<EventRecord> events) {
        long sum = 0;
        long sequence = firstSequence;
        for (EventRecord event : events) {
            if (event.sequence() != sequence) {
                throw new IllegalStateException("event " + event.sequence() + " after " + (sequence - 1));
            }
            sum += event.fingerprint();
            sequence++;
        }
        return new EventRing(Vector.ofAll(events), firstSequence, sum);
    }

    /** How many are kept. */
    public int size() {
        return entries.size();
    }

    /** The oldest one kept; one above the last when none is. */
    public long firstSequence() {
        return firstSequence;
    }

    /** The newest one, 0 when there never was any. */
    public long lastSequence() {
        return firstSequence + entries.size() - 1;
    }

    /** The kept events from this sequence on. Those below {@link #firstSequence} are gone. */
    public Iterable<EventRecord> from(long sequence) {
        if (sequence > lastSequence()) {
            return Vector.empty();
        }
        int skip = (int) Math.max(0, sequence - firstSequence);
        return entries.drop(skip);
    }

    /** With the event, which must have the next sequence, and at most so many kept. */
    public EventRing append(EventRecord event, int maxEvents) {
        if (event.sequence() != lastSequence() + 1) {
            throw new IllegalStateException("event " + event.sequence() + " after " + lastSequence());
        }
        EventRing longer = new EventRing(entries.append(event), firstSequence, sum + event.fingerprint());
        return longer.keep(maxEvents);
    }

    /** Of all kept events and their place. */
    public long fingerprint() {
        return Fingerprint.mix(firstSequence, entries.size(), sum);
    }

    private EventRing keep(int maxEvents) {
        int surplus = entries.size() - maxEvents;
        if (surplus <= 0) {
            return this;
        }
        long rest = sum;
        for (int i = 0; i < surplus; i++) {
            rest -= entries.get(i).fingerprint();
        }
        return new EventRing(entries.drop(surplus), firstSequence + surplus, rest);
    }
}
