// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.Limits;
import dev.muster.server.history.EventFiles.Range;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Event;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.Reason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One page of events in the making. It ends when it is full, when the log ends, or when so many events were looked at
 * that others should have their turn. Confined to the loop.
 */
final class EventPage {
    /** Looked at for one page, whether they fit or not. */
    static final int MAX_LOOKED_AT = 20_000;

    private final EventHistory history;
    private final Epoch epoch;
    private final EventFilter filter;
    private final boolean backwards;
    private final int size;
    private final ListEventsResponse.Builder page = ListEventsResponse.newBuilder();
    private final CompletableFuture<ListEventsResponse.Builder> done = new CompletableFuture<>();
    private long next;
    private int lookedAt;
    private int bytes;

    EventPage(EventHistory history, Epoch epoch, ListEventsRequest request) {
        this.history = history;
        this.epoch = epoch;
        this.filter = new EventFilter(request.getFilter());
        this.backwards = request.getNewestFirst();
        this.size = request.getPageSize() == 0 ? Limits.DEFAULT_PAGE_SIZE : request.getPageSize();
        this.next = begin(request);
    }

    CompletableFuture<ListEventsResponse.Builder> read() {
        step();
        return done;
    }

    private long begin(ListEventsRequest request) {
        if (!request.getPageToken().isEmpty()) {
            return EventToken.decodeText("page_token", request.getPageToken(), epoch);
        }
        if (request.getFromSequence() != 0) {
            return backwards ? Math.min(request.getFromSequence(), history.newest()) : request.getFromSequence();
        }
        return backwards ? history.newest() : history.notAfter(filter.fromMillis());
    }

    private void step() {
        if (next < 1 || next > history.newest()) {
            finish(false);
            return;
        }
        Range range = backwards
                ? new Range(Math.max(1, next - EventHistory.CHUNK_EVENTS + 1), next)
                : new Range(next, history.newest());
        var unused = history.read(range, backwards).whenComplete(this::took);
    }

    private void took(@Nullable List<Event> events, @Nullable Throwable failure) {
        try {
            if (events == null) {
                failed(failure);
            } else if (take(events)) {
                finish(true);
            } else if (filter.endsAt(events.get(backwards ? 0 : events.size() - 1), backwards)) {
                finish(false);
            } else {
                step();
            }
        } catch (RuntimeException defect) {
            done.completeExceptionally(defect);
        }
    }

    /** Returns whether the page ends with one of them. */
    private boolean take(List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(backwards ? events.size() - 1 - i : i);
            if (filter.takes(event)) {
                page.addEvents(event);
                bytes += event.getSerializedSize();
            }
            next = event.getSequence() + (backwards ? -1 : 1);
            lookedAt++;
            if (page.getEventsCount() == size || bytes > Limits.MAX_FRAME_BYTES || lookedAt >= MAX_LOOKED_AT) {
                return true;
            }
        }
        return false;
    }

    /** Newest first, the list ends where nobody keeps any more. */
    private void failed(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean end = backwards
                && cause instanceof ReplicaException refused
                && refused.error().getReason() == Reason.REASON_NOT_RETAINED;
        if (end) {
            finish(false);
        } else {
            done.completeExceptionally(cause == null ? new IllegalStateException("no events") : cause);
        }
    }

    private void finish(boolean more) {
        boolean goesOn = more && next >= 1 && next <= history.newest();
        done.complete(page.setNextPageToken(goesOn ? EventToken.encodeText(epoch, next) : "")
                .setOldestSequence(history.oldest())
                .setNewestSequence(history.newest()));
    }
}
