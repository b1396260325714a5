// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.lease;

import dev.muster.core.hash.Fingerprint;

/**
 * A time-bounded right to exist. Its time runs on the leader; here stands only that it exists. Immutable.
 *
 * @param id the revision that granted it; a session's own lease has the session's id
 * @param ttlMillis its full time, 1,000 to 3,600,000
 * @param session the session it belongs to, 0 for none
 * @param heldSinceMillis 0: not held; else the registry's clock when it ran out and was held back by an expiry budget
 */
public record Lease(long id, int ttlMillis, long session, long heldSinceMillis) {
    /** Whether it ran out but is kept, because too much of a service would have gone with it. */
    public boolean held() {
        return heldSinceMillis != 0;
    }

    /** Whether it is the lease that a session lives by. */
    public boolean ofSessionItself() {
        return session == id;
    }

    /** Held from this time of the registry's clock on. */
    public Lease heldSince(long clockMillis) {
        return new Lease(id, ttlMillis, session, clockMillis);
    }

    /** No longer held. */
    public Lease resumed() {
        return new Lease(id, ttlMillis, session, 0);
    }

    long fingerprint() {
        return Fingerprint.mix(id, ttlMillis, session, heldSinceMillis);
    }
}
