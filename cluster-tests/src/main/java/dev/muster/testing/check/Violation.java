// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import java.util.Locale;

/**
 * A promise that was broken. Immutable.
 *
 * @param promise which one
 * @param text what was seen, and what was expected
 * @param at when it was seen, {@link System#nanoTime}
 * @param where in which row of the timeline: a client or a watch
 */
public record Violation(Promise promise, String text, long at, String where) {
    /** What is held against a history. */
    public enum Promise {
        /** Nothing acknowledged is lost, and what is judged is judged by the state of its moment. */
        LOST,
        /** Nothing that was read is older than what was acknowledged before. */
        STALE,
        /** No number is given out twice. */
        DUP_KEYS,
        /** A watch shows every change, in order. */
        WATCH_GAPS,
        /** No lease ends before its time. */
        EARLY_EXPIRIES,
        /** No lease lives on long after its time. */
        LATE_EXPIRIES,
        /** The checker could say neither yes nor no. */
        UNDECIDED;

        /** As it is printed. */
        public String title() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
