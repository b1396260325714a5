// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;
import java.util.List;

/**
 * All keyspaces, for those who look after them. What is read shows every write acknowledged before. All methods block up
 * to the request timeout. Safe for use by any number of threads.
 */
public interface Keyspaces {
    /**
     * Creates a keyspace. One that is there with the same width, start and maximum is answered as if it was created.
     *
     * @throws MusterException with {@link MusterException.Reason#CONFLICT} when there is another one of that name
     */
    KeyspaceInfo create(KeyspaceSpec spec);

    /**
     * Lets a keyspace that a restore has closed go on with this number, which must be above all that were handed out
     * after the backup. Those between its high-water mark and this one are lost.
     *
     * @throws MusterException with {@link MusterException.Reason#CONFLICT} when it is not closed, and with {@link
     *     MusterException.Reason#INVALID} when the number is below its high-water mark or far beyond all use
     */
    KeyspaceInfo resume(String name, Key from);

    /** All of them, ordered by name. */
    List<KeyspaceInfo> list();

    /** What became of the numbers of a keyspace. */
    default KeyLedger ledger(String name) {
        return ledger(name, Instant.EPOCH);
    }

    /**
     * What became of the numbers of a keyspace, as far as it changed at or after that time of the registry's clock. Read
     * page by page: ranges that change meanwhile may be missing.
     */
    KeyLedger ledger(String name, Instant since);
}
