// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

import dev.muster.keeper.process.ProcessId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a unit when the keeper ends: kept on the disk, written before anything is done. Immutable.
 *
 * @param wanted whether it should run: the operator's word, which no incident changes
 * @param phase how it stood
 * @param starts how many times it was started, the one under way included
 * @param process that runs, if it is known
 * @param restarts when it was started again by itself lately, in milliseconds of the epoch, the oldest first
 * @param gaveUp whether it is not started again until an operator says so
 * @param pausedUntil until when it is not started again by itself, in milliseconds of the epoch; 0 for never
 * @param cause why it has to be started again, if it ended by itself
 */
public record Memo(
        boolean wanted,
        Phase phase,
        long starts,
        @Nullable ProcessId process,
        List<Long> restarts,
        boolean gaveUp,
        long pausedUntil,
        @Nullable String cause) {
    /** Of a unit that was never started: it should run. */
    public static final Memo NEW = new Memo(true, Phase.DOWN, 0, null, List.of(), false, 0, null);
}
