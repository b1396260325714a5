// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How fresh a read must be. Immutable. */
public final class Consistency {
    /** Shows every write that was acknowledged before the read began. Costs one quorum round, shared by all waiting reads. */
    public static final Consistency LINEARIZABLE = new Consistency(Level.LINEARIZABLE, Duration.ZERO);

    /** Shows what the asked node has. Never waits, may be old; the answer says how old, when the node knows. */
    public static final Consistency LOCAL = new Consistency(Level.LOCAL, Duration.ZERO);

    private static final Duration LONGEST = Duration.ofHours(1);

    private final Level level;
    private final Duration maxAge;

    private Consistency(Level level, Duration maxAge) {
        this.level = level;
        this.maxAge = maxAge;
    }

    /**
     * Shows a state of at most this age, 1 ms to 1 h. A node that cannot vouch for it refuses with
     * {@link MusterException.Reason#TOO_OLD}.
     */
    public static Consistency bounded(Duration maxAge) {
        if (maxAge.toMillis() < 1 || maxAge.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "maxAge: " + maxAge.toMillis() + " ms (expected: 1 to " + LONGEST.toMillis() + " ms)");
        }
        return new Consistency(Level.BOUNDED, maxAge);
    }

    /** Which of the three. */
    public Level level() {
        return level;
    }

    /** For {@link Level#BOUNDED} the age allowed, else zero. */
    public Duration maxAge() {
        return maxAge;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Consistency that && level == that.level && maxAge.equals(that.maxAge);
    }

    @Override
    public int hashCode() {
        return Objects.hash(level, maxAge);
    }

    @Override
    public String toString() {
        return level == Level.BOUNDED ? "BOUNDED(" + maxAge.toMillis() + " ms)" : level.name();
    }

    /** The three kinds of reads. */
    public enum Level {
        /** See {@link Consistency#LINEARIZABLE}. */
        LINEARIZABLE,
        /** See {@link Consistency#bounded}. */
        BOUNDED,
        /** See {@link Consistency#LOCAL}. */
        LOCAL
    }
}
