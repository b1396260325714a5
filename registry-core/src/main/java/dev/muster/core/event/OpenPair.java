// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.event;

import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import org.jspecify.annotations.Nullable;

/**
 * A pair of events whose first one was told and whose second one is not yet. Immutable.
 *
 * @param name of the pair
 * @param before the sequence of its first event
 * @param lease the lease by whose end it is interrupted: the session's that told it, or one of grace after that
 * @param kind of its first event
 * @param key the instance concerned, if there is one
 */
public record OpenPair(
        Name name,
        long before,
        long lease,
        String kind,
        @Nullable Key key) {
    /** Under another lease. */
    public OpenPair under(long other) {
        return new OpenPair(name, before, other, kind, key);
    }

    long fingerprint() {
        return Fingerprint.mix(
                Fingerprint.of(name.owner()),
                Fingerprint.of(name.id()),
                before,
                lease,
                Fingerprint.of(kind),
                key == null ? 0 : Fingerprint.of(key.toProto()));
    }

    /**
     * What a pair is called. Ordered by owner, then id. Immutable.
     *
     * @param owner to whom it belongs, whichever session that is in
     * @param id its name among those of the owner
     */
    public record Name(String owner, String id) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            int order = owner.compareTo(other.owner);
            return order != 0 ? order : id.compareTo(other.id);
        }

        @Override
        public String toString() {
            return owner + "/" + id;
        }
    }
}
