// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day as it was at the start, going on with the machine's monotonic clock: nobody who sets the clock makes a
 * unit wait or be given up. Safe for any thread.
 */
final class SteadyClock implements InstantSource {
    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
