// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.v1.KeyStatus;

/**
 * How many numbers have which status. Immutable.
 *
 * @param held their owner lives
 * @param issued their owner is done with them
 * @param returned given back unused
 * @param lost their owner was not heard any more
 */
public record Tally(long held, long issued, long returned, long lost) {
    /** Nothing counted. */
    public static final Tally NONE = new Tally(0, 0, 0, 0);

    /** All together. */
    public long sum() {
        return held + issued + returned + lost;
    }

    /** With so many more, or fewer, of the status. */
    public Tally plus(KeyStatus status, long more) {
        return switch (status) {
            case KEY_STATUS_HELD -> new Tally(held + more, issued, returned, lost);
            case KEY_STATUS_ISSUED -> new Tally(held, issued + more, returned, lost);
            case KEY_STATUS_RETURNED -> new Tally(held, issued, returned + more, lost);
            case KEY_STATUS_LOST -> new Tally(held, issued, returned, lost + more);
            case KEY_STATUS_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalStateException("numbers without a status");
        };
    }
}
