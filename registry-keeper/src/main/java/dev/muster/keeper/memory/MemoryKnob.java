// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.List;
import java.util.Optional;

/** A size that a JVM is started with, and how it is spelt. */
public enum MemoryKnob {
    /** The largest heap. */
    HEAP("-Xmx", MemoryKnob.MIB, List.of("-Xmx", "-mx", "-XX:MaxHeapSize="), MemoryKnob.UNKNOWN),
    /** The heap to begin with. Not grown by itself; it must not be larger than the largest. */
    INITIAL_HEAP("-Xms", MemoryKnob.MIB, List.of("-Xms", "-ms", "-XX:InitialHeapSize="), MemoryKnob.UNKNOWN),
    /** The stack of each thread. {@code -XX:ThreadStackSize} counts in KiB. */
    STACK("-Xss", 4 * MemoryKnob.KIB, List.of("-Xss", "-ss", "-XX:ThreadStackSize="), MemoryKnob.MIB),
    /** Descriptions of classes; without the option they are not bounded. */
    METASPACE("-XX:MaxMetaspaceSize=", MemoryKnob.MIB, List.of("-XX:MaxMetaspaceSize="), MemoryKnob.UNKNOWN),
    /** Their compressed part. */
    CLASS_SPACE(
            "-XX:CompressedClassSpaceSize=", MemoryKnob.MIB, List.of("-XX:CompressedClassSpaceSize="), MemoryKnob.GIB),
    /** Buffers outside the heap; without the option as much as the heap. */
    DIRECT("-XX:MaxDirectMemorySize=", MemoryKnob.MIB, List.of("-XX:MaxDirectMemorySize="), MemoryKnob.UNKNOWN);

    static final long KIB = 1L << 10;
    static final long MIB = 1L << 20;
    static final long GIB = 1L << 30;
    private static final long UNKNOWN = 0;
    private static final String IN_KIB = "-XX:ThreadStackSize=";

    private final String spelling;
    private final long granule;
    // Justification: always made by List.of.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> spellings;

    private final long usual;

    MemoryKnob(String spelling, long granule, List<String> spellings, long usual) {
        this.spelling = spelling;
        this.granule = granule;
        this.spellings = spellings;
        this.usual = usual;
    }

    /** What a new instance needs more of after an error of this kind; nothing if no size would help. */
    public static Optional<MemoryKnob> against(MemoryErrorKind kind) {
        return switch (kind) {
            case HEAP -> Optional.of(HEAP);
            case STACK -> Optional.of(STACK);
            case METASPACE -> Optional.of(METASPACE);
            case CLASS_SPACE -> Optional.of(CLASS_SPACE);
            case DIRECT -> Optional.of(DIRECT);
            case THREADS, ARRAY_SIZE -> Optional.empty();
        };
    }

    /** The size in bytes that this option sets, if it is one of this knob's. 0 means the JVM's own choice. */
    Optional<Long> read(String option) {
        return spellings.stream()
                .filter(option::startsWith)
                .flatMap(prefix -> MemorySize.parse(option.substring(prefix.length())).stream()
                        .map(size -> prefix.equals(IN_KIB) ? size * KIB : size))
                .findFirst();
    }

    /** The option that sets this size. */
    public String option(long bytes) {
        return spelling + MemorySize.print(bytes);
    }

    /** This much more, rounded up to what is sensible for the knob. */
    long grown(long bytes, int percent) {
        long more = Math.addExact(bytes, Math.multiplyExact(bytes / 100, percent) + bytes % 100 * percent / 100);
        return Math.multiplyExact((more + granule - 1) / granule, granule);
    }

    /** The size in bytes that holds on every machine without the option, if there is such a size. */
    Optional<Long> usual() {
        return usual == UNKNOWN ? Optional.empty() : Optional.of(usual);
    }
}
