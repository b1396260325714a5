// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.function.LongSupplier;

/** Decides when a snapshot is due: by entries, by bytes, or by time if anything changed. Thread-safe. */
final class SnapshotTrigger {
    private final RaftOptions options;
    private final LongSupplier nanoClock;
    private long lastIndex = -1;
    private long lastBytes;
    private long lastNanos;

    SnapshotTrigger(RaftOptions options, LongSupplier nanoClock) {
        this.options = options;
        this.nanoClock = nanoClock;
        this.lastNanos = nanoClock.getAsLong();
    }

    /** Whether enough has happened since the last snapshot. */
    synchronized boolean due(long index, long bytes) {
        if (lastIndex < 0) {
            lastIndex = index;
        }
        boolean changed = index > lastIndex;
        return index - lastIndex >= options.snapshotEntries()
                || bytes - lastBytes >= options.snapshotBytes()
                || (changed
                        && nanoClock.getAsLong() - lastNanos
                                >= options.snapshotInterval().toNanos());
    }

    /** A snapshot of that position is being taken. */
    synchronized void taken(long index, long bytes) {
        lastIndex = index;
        lastBytes = bytes;
        lastNanos = nanoClock.getAsLong();
    }
}
