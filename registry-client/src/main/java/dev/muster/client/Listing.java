// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;

/**
 * What the registry adds to an instance when it lists it. Immutable.
 *
 * @param lease the lease it lives under, 0 for none: then it stays until it is deregistered
 * @param incarnation of this registration, unique for its key: the fence against an older self
 * @param createRevision of the registration
 * @param modifyRevision of its last change
 * @param registeredAt when the registration was first accepted, by the leader's clock
 */
public record Listing(long lease, long incarnation, long createRevision, long modifyRevision, Instant registeredAt) {
    /** Of an instance that does not come from the registry. */
    public static final Listing NONE = new Listing(0, 0, 0, 0, Instant.EPOCH);
}
