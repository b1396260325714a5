// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.function.LongSupplier;

/**
 * Decides when a snapshot is due: by entries, by bytes, or by time if anything changed. It counts from the newest
 * snapshot on disk, so that a node that is restarted again and again has no longer log to apply each time. Thread-safe.
 *
 * <p>The nodes of a cluster apply the same bytes. A node writes its first snapshot after its share of what it may wait
 * for, so that they take turns: while one of them is busy with its disk, the others have a majority.
 */
final class SnapshotTrigger {
    /** A log that is so many times longer than the snapshot takes longer to apply than the snapshot to write and read. */
    private static final int LOG_TO_SNAPSHOT = 4;

    private static final long LEAST_BYTES = 4 << 20;

    private final RaftOptions options;
    private final double share;
    private final LongSupplier nanoClock;
    private final LongSupplier newestIndex;
    private final LongSupplier newestBytes;
    private long lastIndex;
    private long lastBytes;
    private long lastNanos;

    /**
     * {@code share} is how much of a period passes before the first snapshot of this process, above 0 and up to 1.
     * {@code newestIndex} and {@code newestBytes} are the position and the size of the newest snapshot, 0 for none.
     */
    SnapshotTrigger(
            RaftOptions options,
            double share,
            LongSupplier nanoClock,
            LongSupplier newestIndex,
            LongSupplier newestBytes) {
        this.options = options;
        this.share = share;
        this.nanoClock = nanoClock;
        this.newestIndex = newestIndex;
        this.newestBytes = newestBytes;
        this.lastNanos = nanoClock.getAsLong();
    }

    /** Whether enough has happened since the last snapshot; {@code bytes} counts what this process has applied. */
    synchronized boolean due(long index, long bytes) {
        long entries = index - Math.max(lastIndex, newestIndex.getAsLong());
        long most = Math.max(LEAST_BYTES, LOG_TO_SNAPSHOT * newestBytes.getAsLong());
        double period = lastBytes == 0 ? share : 1;
        return entries >= options.snapshotEntries() * period
                || bytes - lastBytes >= Math.min(most, options.snapshotBytes()) * period
                || (entries > 0
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
