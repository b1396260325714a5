// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.backup;

import dev.muster.server.replica.AppliedEntry;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The newest log entries that this node has applied, up to a bound in bytes, for those who follow the log. What it gives
 * has no gap: each entry was applied to what came of the one before. After a gap, such as a snapshot that was installed,
 * it begins anew. Thread-safe.
 */
public final class EntryTail implements ReplicaListener {
    /** Some seconds of a busy log: whoever falls behind by more begins with a whole backup. */
    static final int MAX_BYTES = 8 * 1024 * 1024;

    private final int maxBytes;
    private final Deque<AppliedEntry> entries = new ArrayDeque<>();
    private int bytes;
    /** All that was applied above this index is here. */
    private long above = Long.MAX_VALUE;

    private long chain;

    EntryTail(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Follows the replica from now on. */
    public static EntryTail start(Replica replica) {
        EntryTail tail = new EntryTail(MAX_BYTES);
        replica.addListener(tail);
        return tail;
    }

    @Override
    public synchronized void onEntry(AppliedEntry entry) {
        if (above == Long.MAX_VALUE || entry.chainBefore() != chain) {
            entries.clear();
            bytes = 0;
            above = entry.index() - 1;
        }
        entries.add(entry);
        bytes += entry.data().size();
        chain = entry.chain();
        while (bytes > maxBytes) {
            AppliedEntry oldest = entries.remove();
            bytes -= oldest.data().size();
            above = oldest.index();
        }
        notifyAll();
    }

    /**
     * Entries above the index, in order, of about so many bytes and at least one if there is any. Null when some that came
     * after it are not kept any more.
     */
    public synchronized @Nullable List<AppliedEntry> above(long index, int atMostBytes) {
        if (index < above) {
            return above == Long.MAX_VALUE ? List.of() : null;
        }
        List<AppliedEntry> found = new ArrayList<>();
        int size = 0;
        for (AppliedEntry entry : entries) {
            if (entry.index() > index && (found.isEmpty() || size + entry.data().size() <= atMostBytes)) {
                found.add(entry);
                size += entry.data().size();
            } else if (entry.index() > index) {
                break;
            }
        }
        return found;
    }

    /** Waits until an entry above the index is here, at most so long. */
    public synchronized void await(long index, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (newest() <= index) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    private long newest() {
        AppliedEntry newest = entries.peekLast();
        return newest == null ? -1 : newest.index();
    }
}
