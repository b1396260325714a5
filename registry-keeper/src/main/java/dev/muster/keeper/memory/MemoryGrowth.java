// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

/** What a service gets after a memory error: a larger size, or none, for a reason. */
public sealed interface MemoryGrowth {
    /**
     * The next instance gets more.
     *
     * @param knob what there is more of
     * @param fromBytes the size before
     * @param toBytes the size from now on
     * @param launch how the next instance is started
     */
    record Grown(MemoryKnob knob, long fromBytes, long toBytes, LaunchLine launch) implements MemoryGrowth {}

    /**
     * There is no larger instance.
     *
     * @param reason in one word, for events
     * @param text what was wrong, what was expected, what to do
     */
    record Refused(Reason reason, String text) implements MemoryGrowth {}

    /** Why a memory error is not followed by a replacement. */
    enum Reason {
        /** The policy does not want it. */
        DISABLED,
        /** As many replacements as the policy allows did not help. */
        MAX_RESTARTS,
        /** The size is at its cap. */
        MAX_SIZE,
        /** The host has no room for a second, larger instance. */
        NO_HOST_MEMORY,
        /** No size of the JVM helps against this kind of error. */
        NO_KNOB,
        /** The size that was too small is not known, so there is none to grow from. */
        UNKNOWN_SIZE
    }
}
