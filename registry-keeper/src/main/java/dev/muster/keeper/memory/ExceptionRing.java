// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM remembers of the newest exceptions that it threw itself: its answer to {@code VM.events log=exc}, some 20
 * entries, the oldest first. Immutable.
 */
final class ExceptionRing {
    static final ExceptionRing EMPTY = new ExceptionRing(List.of());

    private static final String ENTRY_START = "Event: ";
    private static final Pattern ENTRY = Pattern.compile(
            "Event: (?<seconds>\\d+\\.\\d+) Thread 0x(?<thread>[0-9a-f]+) Exception <a '(?<type>[^']+)'"
                    + "\\{0x[0-9a-f]+}(?:: (?<message>.*?))?> \\(0x[0-9a-f]+\\)\\s*"
                    + "thrown \\[(?<file>[^],]*), line \\d+].*",
            Pattern.DOTALL);

    /**
     * A memory error in the ring.
     *
     * @param text the whole entry, which no other one equals
     * @param kind of it; METASPACE for its compressed part, too
     * @param uptimeMillis when it was thrown, after the JVM's start
     * @param thread the address of the thread, by which a thread dump names it
     */
    record Entry(String text, MemoryErrorKind kind, long uptimeMillis, String thread) {}

    private final List<String> entries;

    private ExceptionRing(List<String> entries) {
        this.entries = entries;
    }

    static ExceptionRing parse(String answer) {
        List<String> entries = new ArrayList<>();
        int at = answer.indexOf(ENTRY_START);
        while (at >= 0) {
            int next = answer.indexOf("\n" + ENTRY_START, at);
            entries.add(answer.substring(at, next < 0 ? answer.length() : next).strip());
            at = next < 0 ? -1 : next + 1;
        }
        return new ExceptionRing(List.copyOf(entries));
    }

    /** The memory errors that are not in the other ring, the oldest first. */
    List<Entry> since(ExceptionRing before) {
        Set<String> known = new HashSet<>(before.entries);
        return entries.stream()
                .filter(entry -> !known.contains(entry))
                .map(ExceptionRing::read)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether entries may have come and gone between the other ring and this one. */
    boolean overran(ExceptionRing before) {
        return before.entries.isEmpty()
                ? !entries.isEmpty()
                : !entries.contains(before.entries.get(before.entries.size() - 1));
    }

    private static Optional<Entry> read(String text) {
        Matcher entry = ENTRY.matcher(text);
        if (!entry.matches()) {
            return Optional.empty();
        }
        String message = entry.group("message") == null ? "" : entry.group("message");
        return kind(entry.group("type"), message, entry.group("file"))
                .map(kind -> new Entry(text, kind, millis(entry.group("seconds")), entry.group("thread")));
    }

    private static long millis(String seconds) {
        return Math.round(Double.parseDouble(seconds) * 1000);
    }

    /** Errors that the JVM made beforehand have no message here, but the place in the JVM tells them apart. */
    private static Optional<MemoryErrorKind> kind(String type, String message, String file) {
        if (type.equals("java/lang/StackOverflowError")) {
            return Optional.of(MemoryErrorKind.STACK);
        }
        if (!type.equals("java/lang/OutOfMemoryError")) {
            return Optional.empty();
        }
        if (message.startsWith("unable to create")) {
            return Optional.of(MemoryErrorKind.THREADS);
        }
        if (file.endsWith("/metaspace.cpp")) {
            return Optional.of(MemoryErrorKind.METASPACE);
        }
        return Optional.of(file.endsWith("lass.cpp") ? MemoryErrorKind.ARRAY_SIZE : MemoryErrorKind.HEAP);
    }
}
