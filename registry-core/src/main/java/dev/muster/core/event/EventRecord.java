// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.event;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.Event;

/**
 * An event at rest: one encoded {@link Event}, and beside it the few fields that decisions read.
 *
 * <p>The bytes are made once, when it happens, and go as they are into files, snapshots and the state hash. Immutable,
 * thus thread-safe.
 */
public final class EventRecord {
    private final byte[] encoded;
    private final long sequence;
    private final long timeMillis;
    private final long lease;
    private final long session;
    private final long fingerprint;

    private EventRecord(Event event, byte[] encoded) {
        this.encoded = encoded;
        this.sequence = event.getSequence();
        this.timeMillis = event.getTimeMillis();
        this.lease = event.getLease();
        this.session = event.getSession();
        this.fingerprint = Fingerprint.of(encoded);
    }

    /** The record of the event. */
    public static EventRecord of(Event event) {
        return new EventRecord(event, Fingerprint.encode(event));
    }

    /** The record of an event that was stored as these bytes; they are kept as they are. */
    public static EventRecord stored(Event event, ByteString encoded) {
        return new EventRecord(event, encoded.toByteArray());
    }

    /** The event, parsed anew with each call. */
    public Event toEvent() {
        try {
            return Event.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("event " + sequence + " at rest is not readable", e);
        }
    }

    /** The encoded {@link Event}; a view, nothing is copied. */
    public ByteString encoded() {
        return UnsafeByteOperations.unsafeWrap(encoded);
    }

    /** How many bytes it has. */
    public int bytes() {
        return encoded.length;
    }

    /** Its place in the log. */
    public long sequence() {
        return sequence;
    }

    /** The registry's clock when it happened. */
    public long timeMillis() {
        return timeMillis;
    }

    /** The lease that it concerns, 0 for none. */
    public long lease() {
        return lease;
    }

    /** The session that it concerns, 0 for none. */
    public long session() {
        return session;
    }

    long fingerprint() {
        return fingerprint;
    }
}
