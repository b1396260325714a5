// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import dev.muster.core.hash.Fingerprint;

/**
 * The window of a service's expiry budget: how many of its leased instances may yet expire in it. Immutable.
 *
 * @param windowStartMillis the registry's clock at the first expiry of the window
 * @param sizeAtStart leased instances of the service then
 * @param expired how many expired since
 */
public record Budget(long windowStartMillis, int sizeAtStart, int expired) {
    /** Whether the window is still open. */
    public boolean runs(long clockMillis, int windowMillis) {
        return clockMillis - windowStartMillis < windowMillis;
    }

    /** Whether so many more may expire within {@code percent} of the size at the start, and at least one. */
    public boolean allows(int instances, int percent) {
        long allowed = Math.max(1L, (long) sizeAtStart * percent / 100);
        return (long) expired + instances <= allowed;
    }

    /** With so many more expired. */
    public Budget spend(int instances) {
        return new Budget(windowStartMillis, sizeAtStart, expired + instances);
    }

    long fingerprint() {
        return Fingerprint.mix(windowStartMillis, sizeAtStart, expired);
    }
}
