// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;

/**
 * Until when one session certainly lives, as far as this process can know: the registry heard it at some time after its
 * last acknowledged keep-alive was sent, and gives it its full time from then on. A session that is over never comes back;
 * the next one has a fence of its own. Extended on the loop, read by any thread.
 */
final class Fence {
    /** Of the session's time, this share is left for clocks that run unequally. */
    private static final int MARGIN = 10;

    private final long startNanos;
    private volatile long leftNanos;

    /** Of a session that was asked for at this time of the loop's clock. */
    Fence(long askedNanos, Duration ttl) {
        startNanos = askedNanos;
        extend(askedNanos, ttl);
    }

    /** A keep-alive that was sent at this time was acknowledged. */
    void extend(long sentNanos, Duration ttl) {
        leftNanos = sentNanos - startNanos + ttl.toNanos() - ttl.toNanos() / MARGIN;
    }

    /** The session is over. */
    void end() {
        leftNanos = Long.MIN_VALUE;
    }

    /** Whether the session lives for certain. */
    boolean holds(long nowNanos) {
        return nowNanos - startNanos < leftNanos;
    }
}
