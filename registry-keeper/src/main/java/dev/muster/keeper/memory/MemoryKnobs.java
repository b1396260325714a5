// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryGrowth.Reason;
import dev.muster.keeper.memory.MemoryGrowth.Refused;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Decides how much more the next instance gets of what the last one ran out of. Pure. */
public final class MemoryKnobs {
    private final MemoryPolicy policy;

    /** Decides by this policy. */
    public MemoryKnobs(MemoryPolicy policy) {
        this.policy = policy;
    }

    /**
     * The next size, or why there is none.
     *
     * @param kind what was short
     * @param launch how the instance that was short of it was started
     * @param inForce sizes in bytes that its JVM says it has; they count where the launch line says nothing
     * @param restarts how many replacements for memory errors came before, without a time of quiet between them
     * @param hostFreeBytes what the host could give to a new process now, while the old one still runs
     */
    public MemoryGrowth next(
            MemoryErrorKind kind, LaunchLine launch, Map<MemoryKnob, Long> inForce, int restarts, long hostFreeBytes) {
        if (!policy.enabled()) {
            return new Refused(Reason.DISABLED, "the memory policy of this service is off");
        }
        Optional<MemoryKnob> hit = MemoryKnob.against(kind);
        if (hit.isEmpty()) {
            return new Refused(Reason.NO_KNOB, kind + ": no size of the JVM helps; see the stack traces in the bundle");
        }
        if (restarts >= policy.maxRestarts()) {
            return new Refused(
                    Reason.MAX_RESTARTS,
                    restarts + " replacements did not help (expected: fewer than " + policy.maxRestarts()
                            + "); look for a leak in the heap dumps, or raise the maximum");
        }
        MemoryKnob knob = hit.get();
        Optional<Long> from = size(knob, launch, inForce);
        if (from.isEmpty()) {
            return new Refused(
                    Reason.UNKNOWN_SIZE,
                    "the present size is not known; set " + knob.option(MemoryKnob.GIB) + " or alike in the manifest");
        }
        return grow(knob, from.get(), launch, inForce, hostFreeBytes);
    }

    /** The sizes in bytes that a JVM says it has, from its answer to {@code VM.flags}. */
    public static Map<MemoryKnob, Long> inForce(String vmFlags) {
        Map<MemoryKnob, Long> sizes = new EnumMap<>(MemoryKnob.class);
        for (String flag : vmFlags.split("\\s+", -1)) {
            for (MemoryKnob knob : MemoryKnob.values()) {
                knob.read(flag).filter(bytes -> bytes > 0).ifPresent(bytes -> sizes.put(knob, bytes));
            }
        }
        return sizes;
    }

    /**
     * The launch line of a manifest with a size that was found before.
     *
     * @param knob what there was more of
     * @param bytes the size to have at least; a manifest that says more keeps it
     */
    public static LaunchLine remembered(LaunchLine launch, MemoryKnob knob, long bytes) {
        return launch.size(knob).filter(size -> size >= bytes).isPresent() ? launch : set(launch, knob, bytes);
    }

    private MemoryGrowth grow(
            MemoryKnob knob, long from, LaunchLine launch, Map<MemoryKnob, Long> inForce, long hostFreeBytes) {
        long cap = policy.caps().getOrDefault(knob, Long.MAX_VALUE);
        if (from >= cap) {
            return new Refused(
                    Reason.MAX_SIZE,
                    knob + " is " + MemorySize.print(from) + " already (expected: less than the cap of "
                            + MemorySize.print(cap) + "); raise the cap if the program really needs more");
        }
        long to = Math.min(cap, knob.grown(from, policy.growthPercent()));
        LaunchLine grown = set(launch, knob, to);
        long need = need(knob, to, grown, inForce);
        if (need > hostFreeBytes - policy.reserveBytes()) {
            return new Refused(
                    Reason.NO_HOST_MEMORY,
                    "a second instance beside the old one needs " + MemorySize.print(need) + " and the host can give "
                            + MemorySize.print(Math.max(0, hostFreeBytes)) + ", of which "
                            + MemorySize.print(policy.reserveBytes()) + " stay free; free memory or lower the size");
        }
        return new Grown(knob, from, to, grown);
    }

    /** The heap, which is most of it, with what the knob bounds if that lies outside. */
    private static long need(MemoryKnob knob, long to, LaunchLine grown, Map<MemoryKnob, Long> inForce) {
        long heap = size(MemoryKnob.HEAP, grown, inForce).orElse(0L);
        return switch (knob) {
            case HEAP, INITIAL_HEAP -> to;
            case STACK -> heap;
            case METASPACE, CLASS_SPACE, DIRECT -> heap + to;
        };
    }

    private static LaunchLine set(LaunchLine launch, MemoryKnob knob, long bytes) {
        LaunchLine changed = launch.with(knob, bytes);
        boolean tooLargeAtFirst = knob == MemoryKnob.HEAP
                && launch.size(MemoryKnob.INITIAL_HEAP)
                        .filter(initial -> initial > bytes)
                        .isPresent();
        return tooLargeAtFirst ? changed.with(MemoryKnob.INITIAL_HEAP, bytes) : changed;
    }

    private static Optional<Long> size(MemoryKnob knob, LaunchLine launch, Map<MemoryKnob, Long> inForce) {
        return launch.size(knob)
                .or(() -> Optional.ofNullable(inForce.get(knob)).filter(bytes -> bytes > 0))
                .or(knob::usual)
                .or(() -> knob == MemoryKnob.DIRECT ? size(MemoryKnob.HEAP, launch, inForce) : Optional.empty());
    }
}
