// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.Instance;
import dev.muster.v1.Status;

/**
 * An instance at rest: one encoded {@link Instance}, and beside it the few fields that decisions read.
 *
 * <p>The bytes are made once, when the instance changes, and go as they are into lookup answers, deltas, snapshots and
 * the state hash. Immutable, thus thread-safe.
 */
public final class InstanceRecord {
    private final byte[] encoded;
    private final String id;
    private final Status status;
    private final long lease;
    private final long incarnation;
    private final long modifyRevision;
    private final long fingerprint;

    private InstanceRecord(Instance instance, byte[] encoded) {
        this.encoded = encoded;
        this.id = instance.getKey().getId();
        this.status = instance.getStatus();
        this.lease = instance.getLease();
        this.incarnation = instance.getIncarnation();
        this.modifyRevision = instance.getModifyRevision();
        this.fingerprint = Fingerprint.of(encoded);
    }

    /** The record of the instance. */
    public static InstanceRecord of(Instance instance) {
        return new InstanceRecord(instance, Fingerprint.encode(instance));
    }

    /** The record of an instance that was stored as these bytes; they are kept as they are. */
    public static InstanceRecord stored(Instance instance, ByteString encoded) {
        return new InstanceRecord(instance, encoded.toByteArray());
    }

    /** The instance, parsed anew with each call. */
    public Instance toInstance() {
        try {
            return Instance.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("instance " + id + " at rest is not readable", e);
        }
    }

    /** The encoded {@link Instance}; a view, nothing is copied. */
    public ByteString encoded() {
        return UnsafeByteOperations.unsafeWrap(encoded);
    }

    /** Its name within the service. */
    public String id() {
        return id;
    }

    /** What it says of itself. */
    public Status status() {
        return status;
    }

    /** Whether callers are meant to call it, by its own word. */
    public boolean serving() {
        return status == Status.STATUS_UP;
    }

    /** The lease it lives under, 0 for none. */
    public long lease() {
        return lease;
    }

    /** The number that fences its older selves. */
    public long incarnation() {
        return incarnation;
    }

    /** The revision that changed it last. */
    public long modifyRevision() {
        return modifyRevision;
    }

    /** Of the encoded bytes. */
    public long fingerprint() {
        return fingerprint;
    }
}
