// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.List;

/**
 * What became of the numbers of a keyspace. Immutable.
 *
 * @param keyspace how it stands
 * @param ranges in the order in which they were handed out; the oldest are only in the counts
 */
public record KeyLedger(KeyspaceInfo keyspace, List<LedgerRange> ranges) {
    /** Copies the list. */
    public KeyLedger {
        ranges = List.copyOf(ranges);
    }
}
