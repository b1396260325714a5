// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.Locale;

/** Sizes as people read them. Stateless. */
public final class Bytes {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private Bytes() {}

    /** In bytes, KiB or MiB. */
    public static String human(long bytes) {
        if (bytes < KIB) {
            return bytes + " bytes";
        }
        return bytes < MIB
                ? String.format(Locale.ROOT, "%.1f KiB", (double) bytes / KIB)
                : String.format(Locale.ROOT, "%.1f MiB", (double) bytes / MIB);
    }
}
