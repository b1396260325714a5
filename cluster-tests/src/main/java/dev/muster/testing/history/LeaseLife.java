// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

import java.time.Duration;
import java.util.List;

/**
 * One lease with one instance under it: how it was kept alive, and when the instance was looked for. All times are those
 * of {@link System#nanoTime}. Immutable.
 *
 * @param key the instance
 * @param ttl how long it lives after it was last heard of
 * @param beats the keep-alives, and the grant as the first
 * @param looks linearizable lookups that were answered
 */
public record LeaseLife(String key, Duration ttl, List<Beat> beats, List<Look> looks) {
    /** Copies the lists. */
    public LeaseLife {
        beats = List.copyOf(beats);
        looks = List.copyOf(looks);
    }

    /** A keep-alive; one that was not acknowledged may still have been heard, until it was given up. */
    public record Beat(long invoked, long returned, boolean acknowledged) {}

    /** A lookup. */
    public record Look(long invoked, long returned, boolean present) {}
}
