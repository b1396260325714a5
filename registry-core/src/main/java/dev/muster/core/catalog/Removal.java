// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;

/**
 * The place of a tombstone in the order of removals: by revision, then key. One revision can remove many. Immutable.
 *
 * @param revision the revision that removed the instance
 * @param key the instance
 */
record Removal(long revision, Key key) implements Comparable<Removal> {
    private static final Key LOWEST = new Key(new ServiceName("", ""), "");

    /** The lowest place above all removals up to the revision. */
    static Removal after(long revision) {
        return new Removal(revision + 1, LOWEST);
    }

    @Override
    public int compareTo(Removal other) {
        int order = Long.compare(revision, other.revision);
        return order != 0 ? order : key.compareTo(other.key);
    }
}
