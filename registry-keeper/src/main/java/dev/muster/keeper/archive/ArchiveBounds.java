// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import java.time.Duration;

/**
 * How much an archive keeps. The first bound that is reached counts; the newest incident stays in any case. Immutable.
 *
 * @param maxCount how many incidents, at least 1
 * @param maxBytes how many bytes in all, at least 1 MiB
 * @param maxAge how old, at least a minute
 * @param reserveBytes how much of the disk has to stay free, at least 0
 */
public record ArchiveBounds(int maxCount, long maxBytes, Duration maxAge, long reserveBytes) {
    /** 20 incidents, 2 GiB, 30 days; 512 MiB stay free. */
    public static final ArchiveBounds DEFAULT = new ArchiveBounds(20, 2L << 30, Duration.ofDays(30), 512L << 20);

    private static final long LEAST_BYTES = 1 << 20;

    /** Checks the bounds. */
    public ArchiveBounds {
        check("max_count", maxCount, 1);
        check("max_bytes", maxBytes, LEAST_BYTES);
        check("max_age_seconds", maxAge.toSeconds(), Duration.ofMinutes(1).toSeconds());
        check("reserve_bytes", reserveBytes, 0);
    }

    private static void check(String field, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: at least " + least + ")");
        }
    }
}
