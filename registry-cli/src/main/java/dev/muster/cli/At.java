// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.Moment;

/**
 * A moment of the past as users give it: a revision, so long ago, or a time. Immutable.
 *
 * @param revision 0 when a time is meant
 * @param since the time, when no revision is meant
 */
record At(long revision, Since since) {
    private static final int MOST_DIGITS = 18;

    /** Reads {@code 4711}, {@code 10m}, or ISO 8601 such as {@code 2026-11-22T03:00:00Z}. */
    static At parse(String text) {
        if (text.matches("\\d{1," + MOST_DIGITS + "}")) {
            long revision = Long.parseLong(text);
            if (revision == 0) {
                throw new IllegalArgumentException("0 (expected: a revision from 1 on)");
            }
            return new At(revision, new Since(null, null));
        }
        try {
            return new At(0, Since.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    text + " (expected: a revision such as 4711, a duration such as 10m, or a time such as"
                            + " 2026-11-22T03:00:00Z)",
                    e);
        }
    }

    /** The moment; so long ago by this machine's clock. */
    Moment moment() {
        return revision == 0 ? Moment.of(since.moment()) : Moment.of(revision);
    }
}
