// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.event.EventRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened since the files were written last. A single command may make more events than the ring holds, so they
 * are handed over as they happen. When the disk does not keep up, what does not fit any more is left to the ring and to
 * other nodes. Thread-safe; nothing blocks.
 */
final class Inbox {
    /** Further events are taken as long as fewer than these wait. */
    static final int FULL = 32_768;

    /** So many are worth a write of their own. */
    private static final int LONG = 1_024;

    private List<List<EventRecord>> waiting = new ArrayList<>();
    private int count;

    /** Hands over events in their order, without a gap between them. */
    synchronized void add(List<EventRecord> events) {
        if (!events.isEmpty() && count < FULL) {
            waiting.add(events);
            count += events.size();
        }
    }

    /** Hands over what was there before the first event came, and may overlap with it. */
    synchronized void addFirst(Iterable<EventRecord> before) {
        List<EventRecord> events = new ArrayList<>();
        before.forEach(events::add);
        if (!events.isEmpty()) {
            waiting.add(0, events);
            count += events.size();
        }
    }

    /** Whether so many wait that it is time to take them. */
    synchronized boolean isLong() {
        return count >= LONG;
    }

    /** Takes all that wait, each list as it was handed over. */
    synchronized List<List<EventRecord>> take() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<List<EventRecord>> taken = waiting;
        waiting = new ArrayList<>();
        count = 0;
        return taken;
    }
}
