// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A moment in the future by a monotonic clock. Immutable. */
final class Deadline {
    private final LongSupplier nanoTime;
    private final long start;
    private final Duration length;

    private Deadline(Duration length, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.length = length;
    }

    /** The moment that far from now. */
    static Deadline in(Duration length, LongSupplier nanoTime) {
        return new Deadline(length, nanoTime);
    }

    /** How far it is away, zero when it is over; never more than the bound. */
    Duration remaining(Duration bound) {
        Duration left = length.minusNanos(nanoTime.getAsLong() - start);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(bound) < 0 ? left : bound;
    }

    /** Whether it is over. */
    boolean isOver() {
        return remaining(Duration.ofNanos(1)).isZero();
    }
}
