// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.event.EventRecord;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import java.util.List;
import java.util.stream.LongStream;

/** Events for tests: one each second, its number in its cause. */
final class TestEvents {
    private TestEvents() {}

    static Event of(long sequence) {
        return Event.newBuilder()
                .setSequence(sequence)
                .setRevision(sequence)
                .setTimeMillis(1_000 * sequence)
                .setType(EventType.EVENT_TYPE_NODE_REPORT)
                .setCause("event " + sequence)
                .build();
    }

    /** From one to another, both included. */
    static List<Event> range(long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(TestEvents::of).toList();
    }

    static List<EventRecord> records(long first, long last) {
        return range(first, last).stream().map(EventRecord::of).toList();
    }
}
