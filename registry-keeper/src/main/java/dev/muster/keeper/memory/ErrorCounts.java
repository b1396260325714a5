// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many memory errors a JVM has thrown since it started, caught or not, as it counts itself. Immutable.
 *
 * @param heap of the heap, of threads and of too large arrays together
 * @param metaspace of class descriptions
 * @param classSpace of their compressed part
 * @param stack of the depth of calls
 */
public record ErrorCounts(long heap, long metaspace, long classSpace, long stack) {
    /** Those of a JVM that has just started. */
    public static final ErrorCounts NONE = new ErrorCounts(0, 0, 0, 0);

    private static final Pattern COUNTER = Pattern.compile(
            "^(?:OutOfMemoryError )?(java_heap_errors|metaspace_errors|class_metaspace_errors|StackOverflowErrors)"
                    + "=(\\d+)$",
            Pattern.MULTILINE);

    /** Reads the answer to {@code VM.info}, which leaves out what is 0. */
    static ErrorCounts parse(String vmInfo) {
        long heap = 0;
        long metaspace = 0;
        long classSpace = 0;
        long stack = 0;
        Matcher counter = COUNTER.matcher(vmInfo);
        while (counter.find()) {
            long value = Long.parseLong(counter.group(2));
            switch (counter.group(1)) {
                case "java_heap_errors" -> heap = value;
                case "metaspace_errors" -> metaspace = value;
                case "class_metaspace_errors" -> classSpace = value;
                default -> stack = value;
            }
        }
        return new ErrorCounts(heap, metaspace, classSpace, stack);
    }

    /** The counter that counts errors of this kind. A JVM has none for DIRECT. */
    long of(MemoryErrorKind kind) {
        return switch (kind) {
            case HEAP, THREADS, ARRAY_SIZE -> heap;
            case METASPACE -> metaspace;
            case CLASS_SPACE -> classSpace;
            case STACK -> stack;
            case DIRECT -> 0;
        };
    }
}
