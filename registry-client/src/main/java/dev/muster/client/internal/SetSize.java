// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;

/** How many numbers to fetch at once: as many as last for about a second. Confined to the loop. */
final class SetSize {
    static final int SMALLEST = 16;
    /** The largest set that the registry hands out. */
    static final int LARGEST = 1 << 20;

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(10);

    private int size = SMALLEST;

    int get() {
        return size;
    }

    /** Half of a set lasted that long. */
    void halfLasted(long nanos) {
        if (nanos < SHORT.toNanos() / 2) {
            size = Math.min(LARGEST, size * 2);
        } else if (nanos > LONG.toNanos() / 2) {
            size = Math.max(SMALLEST, size / 2);
        }
    }

    /** The keyspace has fewer left. */
    void shrink() {
        size = Math.max(1, size / 2);
    }
}
