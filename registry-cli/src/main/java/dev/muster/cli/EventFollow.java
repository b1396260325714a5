// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.EventView;
import dev.muster.cli.output.Output;
import dev.muster.client.EventLog;
import dev.muster.client.EventQuery;
import dev.muster.client.EventStream;
import dev.muster.client.RegistryEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Events printed as they happen, until there were enough, the time is over or the user wants the end. The lines are
 * written by the client's listener thread; the thread that runs it waits.
 */
final class EventFollow {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Context context;
    private final EventLog log;
    private final Output.Feed<RegistryEvent> feed;
    private final CompletableFuture<Void> enough = new CompletableFuture<>();
    private long left;

    EventFollow(Context context, EventLog log) {
        this.context = context;
        this.log = log;
        this.feed = context.output().feed(EventView.COLUMNS, EventView::json);
    }

    /** Prints up to that many events in that time, from the time of the query on or from now on. */
    ExitCode run(EventQuery query, long count, Duration length) {
        Deadline deadline = context.deadline(length);
        left = count;
        try (EventStream stream = log.tail(query, this::print)) {
            var unusedEnd = stream.ended().whenComplete((nothing, failure) -> {
                if (failure != null) {
                    enough.completeExceptionally(failure);
                }
            });
            var unusedStart = stream.ready().thenRun(() -> context.output().talk("following events; Ctrl-C ends it"));
            while (!context.stop().await(enough, deadline.remaining(LOOK)) && !deadline.isOver()) {
                // Looks again whether the time is over.
            }
        }
        return ExitCode.OK;
    }

    private void print(RegistryEvent event) {
        if (enough.isDone()) {
            return;
        }
        try {
            feed.add(List.of(event));
            if (--left == 0) {
                enough.complete(null);
            }
        } catch (RuntimeException e) {
            enough.completeExceptionally(e);
        }
    }
}
