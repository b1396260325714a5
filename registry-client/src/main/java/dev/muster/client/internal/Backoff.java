// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: not at all after the first failure, then a random time up to a ceiling that
 * doubles from 20 ms up to 1 s ("full jitter", so that clients which failed together do not come back together). It
 * doubles when everybody who could be asked has been asked once more: while a leader is elected all nodes refuse, each at
 * once, and that says no more than one refusal. Confined to the loop.
 */
final class Backoff {
    static final Duration LOWEST_CEILING = Duration.ofMillis(20);
    static final Duration HIGHEST_CEILING = Duration.ofSeconds(1);

    private final RandomGenerator random;
    private final int turns;
    private int failures;

    /** For as many as {@code turns} to be asked in turn. */
    Backoff(RandomGenerator random, int turns) {
        this.random = random;
        this.turns = turns;
    }

    /** The pause after one more failure. */
    Duration next() {
        int before = failures++;
        if (before == 0) {
            return Duration.ZERO;
        }
        int doublings = Math.min((before - 1) / turns, 10);
        long ceiling = Math.min(LOWEST_CEILING.toNanos() << doublings, HIGHEST_CEILING.toNanos());
        return Duration.ofNanos(random.nextLong(ceiling + 1));
    }

    /** It worked. */
    void reset() {
        failures = 0;
    }
}
