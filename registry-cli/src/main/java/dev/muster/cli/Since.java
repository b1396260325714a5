// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A moment as users give it: so long ago, or a time. One of the two is there. Immutable.
 *
 * @param ago so long before now
 * @param time this time
 */
record Since(@Nullable Duration ago, @Nullable Instant time) {
    /** Reads {@code 10m}, or ISO 8601 such as {@code 2026-11-22T03:00:00Z} or {@code ...+01:00}. */
    static Since parse(String text) {
        if (!text.isEmpty() && text.indexOf('T') < 0) {
            return new Since(Durations.parse(text), null);
        }
        try {
            return new Since(null, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    text + " (expected: a duration such as 10m, or a time such as 2026-11-22T03:00:00Z)", e);
        }
    }

    /** The moment, by this machine's clock. */
    Instant moment() {
        return ago == null ? time == null ? Instant.EPOCH : time : Instant.now().minus(ago);
    }
}
