// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * A point in the registry's history. Immutable. Revisions are comparable within one epoch only; every restore from a
 * backup starts another epoch.
 *
 * @param epochId the random identity of the epoch
 * @param epochOrdinal the number of the epoch, raised by every restore
 * @param revision the number of changes up to here
 */
public record Position(long epochId, long epochOrdinal, long revision) {
    /** Whether both points lie in the same epoch. */
    public boolean sameEpoch(Position other) {
        return epochId == other.epochId && epochOrdinal == other.epochOrdinal;
    }
}
