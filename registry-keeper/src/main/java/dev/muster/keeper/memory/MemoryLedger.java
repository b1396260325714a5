// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.ExceptionRing.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which memory errors of a JVM have been told. Pure but for what it remembers; confined to one thread.
 *
 * <p>The JVM's counters say how many there were, and miss none. Its ring of exceptions says what they were, and costs
 * little to read, but forgets. So the ring is the reason to look at the counters, the counters decide what is new, and
 * the ring is asked again for the detail.
 */
final class MemoryLedger {
    private static final List<MemoryErrorKind> COUNTED = List.of(
            MemoryErrorKind.HEAP, MemoryErrorKind.METASPACE, MemoryErrorKind.CLASS_SPACE, MemoryErrorKind.STACK);

    /**
     * New errors of one kind.
     *
     * @param newest the last one, if the ring still has it
     */
    record Finding(MemoryErrorKind kind, long count, Optional<Entry> newest) {}

    private ErrorCounts told;
    private ExceptionRing read = ExceptionRing.EMPTY;

    MemoryLedger(ErrorCounts told) {
        this.told = told;
    }

    /** Whether the ring gives reason to read the counters. */
    boolean isNews(ExceptionRing ring) {
        boolean news = ring.overran(read) || !ring.since(read).isEmpty();
        if (!news) {
            read = ring;
        }
        return news;
    }

    /** What is new, given the ring and the counters read after it. */
    List<Finding> take(ExceptionRing ring, ErrorCounts counts) {
        List<Entry> entries = ring.since(read);
        List<Finding> findings = new ArrayList<>();
        for (MemoryErrorKind counter : COUNTED) {
            long count = counts.of(counter) - told.of(counter);
            if (count > 0) {
                findings.addAll(findings(counter, count, entries));
            }
        }
        read = ring;
        told = counts;
        return findings;
    }

    /** What has been told so far. */
    ErrorCounts told() {
        return told;
    }

    private static List<Finding> findings(MemoryErrorKind counter, long count, List<Entry> entries) {
        List<Entry> details = entries.stream()
                .filter(entry -> isCountedBy(counter, entry.kind()))
                .toList();
        Map<MemoryErrorKind, Finding> byKind = new LinkedHashMap<>();
        long undetailed = Math.max(0, count - details.size());
        if (undetailed > 0) {
            byKind.put(counter, new Finding(counter, undetailed, Optional.empty()));
        }
        for (Entry entry : details.subList((int) Math.max(0, details.size() - count), details.size())) {
            MemoryErrorKind kind = counter == MemoryErrorKind.CLASS_SPACE ? counter : entry.kind();
            byKind.merge(
                    kind,
                    new Finding(kind, 1, Optional.of(entry)),
                    (sum, one) -> new Finding(kind, sum.count() + 1, one.newest()));
        }
        return List.copyOf(byKind.values());
    }

    private static boolean isCountedBy(MemoryErrorKind counter, MemoryErrorKind kind) {
        return switch (kind) {
            case HEAP, THREADS, ARRAY_SIZE -> counter == MemoryErrorKind.HEAP;
            case METASPACE, CLASS_SPACE ->
                counter == MemoryErrorKind.METASPACE || counter == MemoryErrorKind.CLASS_SPACE;
            case STACK -> counter == MemoryErrorKind.STACK;
            case DIRECT -> false;
        };
    }
}
