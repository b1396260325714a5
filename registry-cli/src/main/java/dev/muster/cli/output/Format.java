// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The shape of the data on the standard output. */
public enum Format {
    /** Aligned columns with a header, for people. May gain columns in any release. */
    TABLE,
    /** One JSON document, or one object per line for what has no end. Fields keep their names. */
    JSON,
    /** One line per thing, tab-separated, without a header, for scripts. New columns come last. */
    SIMPLE;

    /**
     * The format of this name.
     *
     * @throws IllegalArgumentException when there is none; the message has the names
     */
    public static Format parse(String name) {
        return Arrays.stream(values())
                .filter(format -> format.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " (expected: "
                        + Arrays.stream(values()).map(Format::toString).collect(Collectors.joining(", ")) + ")"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
