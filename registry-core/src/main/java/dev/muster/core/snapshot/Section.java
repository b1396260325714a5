// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of sections, in the order in which they stand in a snapshot. A number never changes its meaning.
 */
enum Section {
    /** One {@link dev.muster.internal.v1.SnapshotHeader}. */
    HEADER(1),
    /** One {@link dev.muster.internal.v1.StateRecord}. */
    STATE(2),
    /** {@link dev.muster.internal.v1.SessionRecord}s by id. */
    SESSIONS(3),
    /** {@link dev.muster.internal.v1.LeaseRecord}s by id. */
    LEASES(4),
    /** {@link dev.muster.v1.Instance}s by key, as they are at rest. */
    INSTANCES(5),
    /** {@link dev.muster.internal.v1.TombstoneRecord}s by service and revision. */
    TOMBSTONES(6),
    /** {@link dev.muster.internal.v1.ServiceRecord}s by name. */
    SERVICES(7),
    /** {@link dev.muster.internal.v1.BudgetRecord}s by service. */
    BUDGETS(8),
    /** {@link dev.muster.v1.Event}s by sequence. */
    EVENTS(9),
    /** {@link dev.muster.internal.v1.KeyspaceRecord}s by name. */
    KEYSPACES(10),
    /** {@link dev.muster.internal.v1.KeyRangeRecord}s by keyspace, held ones first. */
    KEY_RANGES(11),
    /** {@link dev.muster.internal.v1.PairRecord}s by owner and id. */
    PAIRS(12),
    /** No record but the length and checksum of all before. */
    END(255);

    private final int number;

    Section(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static @Nullable Section of(int number) {
        for (Section section : values()) {
            if (section.number == number) {
                return section;
            }
        }
        return null;
    }
}
