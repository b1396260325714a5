// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.RegistryEvent;
import dev.muster.v1.Event;
import dev.muster.v1.ListEventsResponse;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A list of events as a stream that fetches the next page when the one before is used up. For one thread. */
final class EventPages extends Spliterators.AbstractSpliterator<RegistryEvent> {
    static final int PAGE_SIZE = 500;

    private final Function<String, ListEventsResponse> fetch;
    private final Queue<Event> page = new ArrayDeque<>();
    private String token = "";
    private boolean last;

    private EventPages(Function<String, ListEventsResponse> fetch) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.fetch = fetch;
    }

    /** All pages, each fetched by its token; the first one's is empty. */
    static Stream<RegistryEvent> stream(Function<String, ListEventsResponse> fetch) {
        return StreamSupport.stream(new EventPages(fetch), false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super RegistryEvent> action) {
        while (page.isEmpty() && !last) {
            ListEventsResponse next = fetch.apply(token);
            page.addAll(next.getEventsList());
            token = next.getNextPageToken();
            last = token.isEmpty();
        }
        Event event = page.poll();
        if (event == null) {
            return false;
        }
        action.accept(EventWire.event(event));
        return true;
    }
}
