// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Key;
import dev.muster.client.KeySet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A key set while it is given out, number by number. Each number is claimed by one caller: either by somebody who wants
 * it, or, with all that are left, by who gives them back. Safe for any thread.
 */
final class KeyBuffer {
    private final KeySet keys;
    private final Fence fence;
    private final AtomicLong claimed = new AtomicLong();
    private volatile long inUseSinceNanos;

    KeyBuffer(KeySet keys, Fence fence) {
        this.keys = keys;
        this.fence = fence;
    }

    /** The place of the next number, or -1 when all are claimed. */
    long claim() {
        long place = claimed.getAndIncrement();
        return place < keys.size() ? place : -1;
    }

    /** Claims all that are left; returns the place of the first one, or the size when none is. */
    int claimRest() {
        return (int) Math.min(keys.size(), claimed.getAndSet(keys.size()));
    }

    Key key(long place) {
        return keys.first().plus(place);
    }

    KeySet keys() {
        return keys;
    }

    /** Whether the session that holds the set lives for certain. */
    boolean isValid(long nowNanos) {
        return fence.holds(nowNanos);
    }

    boolean isUsedUp() {
        return claimed.get() >= keys.size();
    }

    /** The place at which the next set should be fetched. */
    long middle() {
        return keys.size() / 2;
    }

    boolean isHalfUsed() {
        return claimed.get() > middle();
    }

    void inUseSince(long nowNanos) {
        inUseSinceNanos = nowNanos;
    }

    long inUseSince() {
        return inUseSinceNanos;
    }
}
