// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.Map;

/**
 * How much more a service may get after memory errors. Immutable.
 *
 * @param enabled whether a memory error leads to a replacement at all
 * @param growthPercent how much larger the next size is, 1 to 100
 * @param caps the largest size in bytes for each knob; a knob that is not in it has no cap of its own
 * @param maxRestarts how many replacements may follow one another before they are given up, 0 to 100
 * @param reserveBytes memory of the host that has to stay free beside the new instance, at least 0
 */
public record MemoryPolicy(
        boolean enabled, int growthPercent, Map<MemoryKnob, Long> caps, int maxRestarts, long reserveBytes) {
    /** 15 % more each time, four times, 64 MiB left to the host. */
    public static final MemoryPolicy DEFAULT = new MemoryPolicy(true, 15, Map.of(), 4, 64 * MemoryKnob.MIB);

    private static final int MAX_PERCENT = 100;
    private static final int MAX_RESTARTS = 100;

    /** Checks the bounds. */
    public MemoryPolicy {
        check("growth_percent", growthPercent, 1, MAX_PERCENT);
        check("max_restarts", maxRestarts, 0, MAX_RESTARTS);
        check("reserve_bytes", reserveBytes, 0, Long.MAX_VALUE);
        caps = Map.copyOf(caps);
        caps.forEach((knob, cap) -> check("cap of " + knob, cap, 1, Long.MAX_VALUE));
    }

    private static void check(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }
}
