// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A moment of the past: a revision, or a time. Exactly one of the two is there. Immutable.
 *
 * @param revision after the change that made it; 0 when a time is meant
 * @param time after the last change up to it, by the registry's clock
 */
public record Moment(long revision, Optional<Instant> time) {
    /** Checks that one of the two is there. */
    public Moment {
        if (time.isPresent() ? revision != 0 : revision < 1) {
            throw new IllegalArgumentException("revision: " + revision
                    + (time.isPresent() ? " (expected: 0 beside a time)" : " (expected: 1 or more)"));
        }
    }

    /** After the change that made this revision. */
    public static Moment of(long revision) {
        return new Moment(revision, Optional.empty());
    }

    /** After the last change up to this time, by the registry's clock. */
    public static Moment of(Instant time) {
        return new Moment(0, Optional.of(time));
    }
}
