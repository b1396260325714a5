// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A memory error that a program printed into its log, with the first line of its own code in the trace. Immutable.
 *
 * @param kind what was short, by the words of the error
 * @param site class and method, if a trace followed
 */
public record ErrorTrace(MemoryErrorKind kind, Optional<ErrorSite> site) {
    private static final Pattern HEAD =
            Pattern.compile("(?:^|[\\s:])(?:java\\.lang\\.(?<type>OutOfMemoryError|StackOverflowError)"
                    + "|io\\.netty\\.util\\.internal\\.(?<netty>OutOfDirectMemoryError))(?:: ?(?<message>.*))?$");

    /**
     * All such errors in these lines, in order. A log that merely speaks of an error looks the same: what is found here
     * explains an error that was seen otherwise, and is a reason by itself only where the JVM does not count (DIRECT) or
     * cannot be asked any more.
     */
    public static List<ErrorTrace> in(List<String> lines) {
        List<ErrorTrace> traces = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher head = HEAD.matcher(lines.get(i));
            if (head.find()) {
                traces.add(new ErrorTrace(kind(head), site(lines.subList(i + 1, lines.size()))));
            }
        }
        return List.copyOf(traces);
    }

    private static MemoryErrorKind kind(Matcher head) {
        if (head.group("netty") != null) {
            return MemoryErrorKind.DIRECT;
        }
        if (head.group("type").equals("StackOverflowError")) {
            return MemoryErrorKind.STACK;
        }
        String message = head.group("message") == null ? "" : head.group("message");
        if (message.contains("irect buffer memory")) {
            return MemoryErrorKind.DIRECT;
        }
        if (message.startsWith("Metaspace")) {
            return MemoryErrorKind.METASPACE;
        }
        if (message.startsWith("Compressed class space")) {
            return MemoryErrorKind.CLASS_SPACE;
        }
        if (message.startsWith("unable to create")) {
            return MemoryErrorKind.THREADS;
        }
        return message.startsWith("Requested array size") ? MemoryErrorKind.ARRAY_SIZE : MemoryErrorKind.HEAP;
    }

    /** The first frame of the program; of a program that is nowhere in the trace, the first frame. */
    private static Optional<ErrorSite> site(List<String> below) {
        Optional<ErrorSite> first = Optional.empty();
        for (String line : below) {
            Optional<StackFrame> frame = StackFrame.parse(line);
            if (frame.isEmpty()) {
                break;
            }
            ErrorSite site = frame.get().site(ErrorSite.Source.TRACE);
            if (frame.get().isProgram()) {
                return Optional.of(site);
            }
            first = first.isPresent() ? first : Optional.of(site);
        }
        return first;
    }
}
