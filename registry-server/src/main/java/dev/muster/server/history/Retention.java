// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import java.time.Duration;

/**
 * How much of the event log a node keeps in files: until the first of the bounds is reached. Whole files go, so a little
 * more may stay than age and count ask for; the size is never exceeded by more than one file. Immutable.
 *
 * @param age by the registry's clock
 * @param events how many
 * @param bytes of all files
 */
public record Retention(Duration age, long events, long bytes) {
    /** For a node that is told nothing else. */
    public static final Retention DEFAULT = new Retention(Duration.ofDays(30), 1_000_000, 512L << 20);

    private static final long FILES = 16;
    private static final long SMALLEST_FILE = 16 << 10;
    private static final long LARGEST_FILE = 4 << 20;

    /** The size at which a new file is begun. */
    long fileBytes() {
        return Math.max(SMALLEST_FILE, Math.min(LARGEST_FILE, bytes / FILES));
    }
}
