// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.Rejection;
import dev.muster.server.history.EventFiles.Range;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.task.Loop;
import dev.muster.v1.Error;
import dev.muster.v1.Event;
import dev.muster.v1.Reason;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One feed of events: a position in the log, moved as the reader takes what it is sent. There is no queue: a slow reader
 * falls behind and is then fed from the files, and still gets every event. Its public methods may be called by any
 * thread; the rest is confined to the loop.
 */
public final class EventTail {
    /** A reader that hears nothing for three of these takes the feed for dead. */
    static final Duration PROGRESS = Duration.ofSeconds(3);

    private final EventHistory history;
    private final Loop loop;
    private final TailSink sink;
    private EventFilter filter = new EventFilter(dev.muster.v1.EventFilter.getDefaultInstance());
    private long next;
    private long sentNanos;
    private boolean reading;
    private boolean over;

    EventTail(EventHistory history, Loop loop, TailSink sink) {
        this.history = history;
        this.loop = loop;
        this.sink = sink;
    }

    /** The reader may take more. */
    public void ready() {
        loop.execute(this::pump);
    }

    /** The reader has gone. */
    public void close() {
        loop.execute(() -> {
            over = true;
            history.remove(this);
        });
    }

    /** Returns whether the feed begins; else it has ended with the reason. */
    boolean begin(TailEventsRequest request) {
        if (over) {
            return false;
        }
        try {
            filter = new EventFilter(request.getFilter());
            next = !request.getResumeToken().isEmpty()
                    ? EventToken.decode("resume_token", request.getResumeToken(), history.epoch())
                    : begin(request.getFromSequence());
            send(List.of());
            pump();
        } catch (Rejection refusal) {
            end(refusal.error());
        } catch (ReplicaException refusal) {
            end(refusal.error());
        }
        return !over;
    }

    /** What happens from now on, unless there is a sequence or a time to begin with. */
    private long begin(long fromSequence) {
        if (fromSequence != 0) {
            return fromSequence;
        }
        return filter.fromMillis() == 0 ? history.newest() + 1 : history.notAfter(filter.fromMillis());
    }

    /** Reads on, if there is something to read and the reader takes it. */
    void pump() {
        if (over || reading || !sink.isReady() || next > history.newest()) {
            return;
        }
        reading = true;
        var unused = read().whenCompleteAsync(this::took, loop);
    }

    /** What throws ends the feed too: one that stands still while it says that all is well would never be left. */
    private CompletableFuture<List<Event>> read() {
        try {
            return history.read(new Range(next, history.newest()), false);
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** Says where the feed stands when it said nothing for a while. */
    void tick() {
        if (!over && sink.isReady() && loop.nanos() - sentNanos >= PROGRESS.toNanos()) {
            send(List.of());
        }
    }

    void end(Error error) {
        if (!over) {
            over = true;
            history.remove(this);
            sink.fail(error);
        }
    }

    private void took(@Nullable List<Event> events, @Nullable Throwable failure) {
        reading = false;
        if (over) {
            return;
        }
        if (events == null) {
            end(error(failure));
            return;
        }
        next = events.get(events.size() - 1).getSequence() + 1;
        List<Event> wanted = events.stream().filter(filter::takes).toList();
        if (!wanted.isEmpty()) {
            send(wanted);
        }
        pump();
    }

    private void send(List<Event> events) {
        sentNanos = loop.nanos();
        sink.send(TailEventsResponse.newBuilder()
                .setHeader(history.state().header(-1))
                .addAllEvents(events)
                .setResumeToken(EventToken.encode(history.epoch(), next))
                .build());
    }

    private static Error error(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ReplicaException refused
                ? refused.error()
                : ReplicaException.of(Reason.REASON_INTERNAL, "a defect of the registry: " + cause)
                        .error();
    }
}
