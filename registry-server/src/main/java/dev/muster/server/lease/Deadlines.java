// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * When each lease ends on the leader's monotonic clock. A keep-alive only moves a number; the order is mended when an
 * entry comes up, so that renewing costs the same however many leases there are. Not thread-safe: belongs to one loop.
 */
final class Deadlines {
    /** One lease. It is in the order except while a command about it is on the way. */
    static final class Entry {
        final long id;
        private long ttlNanos;
        private long deadline;
        private long orderedBy;
        private boolean held;
        private boolean pending;

        private Entry(long id) {
            this.id = id;
        }

        /** Whether the registry keeps it listed beyond its time; then the deadline is the end of the hold. */
        boolean held() {
            return held;
        }

        /** Whether a command about it was proposed and its outcome is not known yet. */
        boolean pending() {
            return pending;
        }
    }

    private final Map<Long, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> order =
            new TreeSet<>(Comparator.<Entry>comparingLong(e -> e.orderedBy).thenComparingLong(e -> e.id));

    int size() {
        return entries.size();
    }

    @Nullable
    Entry get(long id) {
        return entries.get(id);
    }

    /** Takes the lease in with its full time, or follows it into or out of its hold, again with the full time. */
    void put(long id, boolean held, long ttlNanos, long holdNanos, long now) {
        Entry entry = entries.get(id);
        if (entry == null) {
            entry = new Entry(id);
            entries.put(id, entry);
        } else if (entry.held == held && entry.ttlNanos == ttlNanos) {
            return;
        }
        entry.held = held;
        entry.ttlNanos = ttlNanos;
        moveTo(entry, now + (held ? holdNanos : ttlNanos));
    }

    void remove(long id) {
        Entry entry = entries.remove(id);
        if (entry != null) {
            order.remove(entry);
        }
    }

    /** Drops all leases that do not pass. */
    void retain(LongPredicate alive) {
        List<Long> gone = new ArrayList<>();
        for (Long id : entries.keySet()) {
            if (!alive.test(id)) {
                gone.add(id);
            }
        }
        gone.forEach(this::remove);
    }

    void clear() {
        entries.clear();
        order.clear();
    }

    /** The owner was heard at that time: the lease runs its full time from then on. A hold has to be ended first. */
    void heard(long id, long arrival) {
        Entry entry = entries.get(id);
        if (entry != null && !entry.held) {
            entry.deadline = Math.max(entry.deadline, arrival + entry.ttlNanos);
        }
    }

    /** Gives every lease that much more time. */
    void extend(long nanos) {
        order.clear();
        for (Entry entry : entries.values()) {
            entry.deadline += nanos;
            entry.orderedBy = entry.deadline;
            if (!entry.pending) {
                order.add(entry);
            }
        }
    }

    /** Takes up to {@code limit} overdue leases, held or not, and marks them as pending. */
    List<Entry> takeDue(boolean held, long now, int limit) {
        List<Entry> due = new ArrayList<>();
        List<Entry> others = new ArrayList<>();
        while (due.size() < limit && !order.isEmpty() && order.first().orderedBy <= now) {
            Entry entry = order.pollFirst();
            if (entry.deadline > now) {
                entry.orderedBy = entry.deadline;
                order.add(entry);
            } else if (entry.held == held) {
                entry.pending = true;
                due.add(entry);
            } else {
                others.add(entry);
            }
        }
        order.addAll(others);
        return due;
    }

    /** A command about the lease is on the way; it does not come up until that is settled. */
    void markPending(Entry entry) {
        order.remove(entry);
        entry.pending = true;
    }

    /** The outcome is known; if the lease still exists, it comes up again. */
    void settle(Entry entry) {
        entry.pending = false;
        if (entries.get(entry.id) == entry) {
            entry.orderedBy = entry.deadline;
            order.add(entry);
        }
    }

    private void moveTo(Entry entry, long deadline) {
        order.remove(entry);
        entry.deadline = deadline;
        entry.orderedBy = deadline;
        if (!entry.pending) {
            order.add(entry);
        }
    }
}
