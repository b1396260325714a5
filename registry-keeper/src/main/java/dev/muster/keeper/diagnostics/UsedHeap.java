// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from the answer to {@code GC.heap_info} how much of the heap is in use: about the size of its dump. Stateless. */
final class UsedHeap {
    /** The generations, or the whole heap, of every collector; not the lines of metaspace. */
    private static final Pattern USED = Pattern.compile(
            "^\\s*(?:def new generation|DefNew|tenured generation|Tenured|PSYoungGen|ParOldGen|garbage-first heap|ZHeap)"
                    + "\\b.*?\\bused (\\d+)([KMG])",
            Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    /** Shenandoah says it the other way round. */
    private static final Pattern NUMBER_FIRST =
            Pattern.compile("\\bcommitted, (\\d+)([KMG]) used\\b", Pattern.CASE_INSENSITIVE);

    private UsedHeap() {}

    static Optional<Long> bytes(String heapInfo) {
        return sum(USED.matcher(heapInfo)).or(() -> sum(NUMBER_FIRST.matcher(heapInfo)));
    }

    private static Optional<Long> sum(Matcher used) {
        Optional<Long> sum = Optional.empty();
        while (used.find()) {
            int shift = " KMG".indexOf(Character.toUpperCase(used.group(2).charAt(0))) * 10;
            sum = Optional.of(sum.orElse(0L) + (Long.parseLong(used.group(1)) << shift));
        }
        return sum;
    }
}
