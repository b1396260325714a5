// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.time.Duration;

/**
 * How long each step of a replacement may take, and how often the new instance is started. Immutable.
 *
 * @param ready until the new instance serves
 * @param swapRetry between two attempts to tell the registry
 * @param drain for what the old instance has under way: the hard limit of its life beside the new one
 * @param bundle for the diagnostics of the old instance
 * @param destroy until the end of the old process is asked for again
 * @param backoff before the second start; doubled before each further one
 * @param maxStarts how often the new instance is started before the old one is kept, at least 1
 */
public record ReplacementTimes(
        Duration ready,
        Duration swapRetry,
        Duration drain,
        Duration bundle,
        Duration destroy,
        Duration backoff,
        int maxStarts) {
    /** For services that start within a minute and answer within half of one. */
    public static final ReplacementTimes DEFAULT = new ReplacementTimes(
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofMinutes(6),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            3);

    /** Checks the bounds. */
    public ReplacementTimes {
        if (maxStarts < 1) {
            throw new IllegalArgumentException("max_starts: " + maxStarts + " (expected: at least 1)");
        }
    }
}
