// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in the JVM's own words: {@code 512m}, {@code 1G}, {@code 0x4000000}, {@code 1048576}. Stateless. */
final class MemorySize {
    private static final Pattern SIZE = Pattern.compile("(0[xX][0-9a-fA-F]{1,15}|[0-9]{1,18})([kKmMgGtT]?)");
    private static final String UNITS = "kmgt";
    private static final int UNIT_BITS = 10;

    /** 64 PiB, beyond every machine; the JVM writes "no bound" as something larger. */
    private static final long MAX = 1L << 56;

    private MemorySize() {}

    /** The size in bytes; nothing if it is none, or larger than any machine. */
    static Optional<Long> parse(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return Optional.empty();
        }
        String digits = size.group(1);
        long number = digits.length() > 1 && Character.toLowerCase(digits.charAt(1)) == 'x'
                ? Long.parseLong(digits.substring(2), 16)
                : Long.parseLong(digits);
        int bits = size.group(2).isEmpty()
                ? 0
                : (UNITS.indexOf(Character.toLowerCase(size.group(2).charAt(0))) + 1) * UNIT_BITS;
        return number > MAX >> bits ? Optional.empty() : Optional.of(number << bits);
    }

    /** In the largest unit that says it exactly, up to MiB. */
    static String print(long bytes) {
        if (bytes > 0 && bytes % MemoryKnob.MIB == 0) {
            return bytes / MemoryKnob.MIB + "m";
        }
        return bytes > 0 && bytes % MemoryKnob.KIB == 0 ? bytes / MemoryKnob.KIB + "k" : Long.toString(bytes);
    }
}
