// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.Hindsight;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.server.history.EventFiles.Range;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.Moment;
import dev.muster.v1.Reason;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One way back from a state to the list as it was at a moment: through all events since, the newest first. Ends with the
 * same list on every node, or with NOT_RETAINED: it never goes back behind a restore. Confined to the loop, where others
 * have their turn after each chunk.
 */
final class Rewind {
    private final EventHistory history;
    private final Executor loop;
    private final RegistryState from;
    private final Moment moment;
    private final Hindsight hindsight;
    private final CompletableFuture<RegistryState> done = new CompletableFuture<>();
    private long next;
    private @Nullable Event last;

    Rewind(EventHistory history, Executor loop, RegistryState from, Moment moment) {
        this.history = history;
        this.loop = loop;
        this.from = from;
        this.moment = moment;
        this.hindsight = new Hindsight(from);
        this.next = from.events().lastSequence();
    }

    CompletableFuture<RegistryState> run() {
        if (moment.getRevision() > from.revision()) {
            throw Rejection.invalid(
                    "at.revision", moment.getRevision(), "at most " + from.revision() + ", the newest of this node");
        }
        step();
        return done;
    }

    private void step() {
        if (next == 0) {
            done.complete(hindsight.at(0, 0));
            return;
        }
        Range range = new Range(Math.max(1, next - EventHistory.CHUNK_EVENTS + 1), next);
        var unused = history.read(range, true).whenCompleteAsync(this::took, loop);
    }

    private void took(@Nullable List<Event> events, @Nullable Throwable failure) {
        try {
            if (events == null) {
                done.completeExceptionally(refusal(failure));
            } else if (!takeBack(events)) {
                step();
            }
        } catch (RuntimeException defect) {
            done.completeExceptionally(defect);
        }
    }

    /** Returns whether the moment is reached. */
    private boolean takeBack(List<Event> events) {
        for (int i = events.size() - 1; i >= 0; i--) {
            Event event = events.get(i);
            if (isReached(event)) {
                done.complete(hindsight.at(event.getRevision(), event.getTimeMillis()));
                return true;
            }
            last = event;
            if (event.getType() == EventType.EVENT_TYPE_RESTORED) {
                done.completeExceptionally(
                        notRetained(event, "before it was another cluster, of which this is a restore"));
                return true;
            }
            hindsight.takeBack(event);
            next = event.getSequence() - 1;
        }
        return false;
    }

    private boolean isReached(Event event) {
        return moment.hasRevision()
                ? event.getRevision() <= moment.getRevision()
                : event.getTimeMillis() <= moment.getTimeMillis();
    }

    private Throwable refusal(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Event oldest = last;
        if (oldest != null
                && cause instanceof ReplicaException refused
                && refused.error().getReason() == Reason.REASON_NOT_RETAINED) {
            return notRetained(oldest, "the events before are not kept any more");
        }
        return cause == null ? new IllegalStateException("no events") : cause;
    }

    private ReplicaException notRetained(Event oldest, String why) {
        return ReplicaException.of(
                Reason.REASON_NOT_RETAINED,
                "at: " + asked() + " (expected: revision " + oldest.getRevision() + " or a later one, or a time from "
                        + Instant.ofEpochMilli(oldest.getTimeMillis()) + " on); " + why);
    }

    private String asked() {
        return moment.hasRevision()
                ? "revision " + moment.getRevision()
                : Instant.ofEpochMilli(moment.getTimeMillis()).toString();
    }
}
