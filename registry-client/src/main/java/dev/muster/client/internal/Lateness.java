// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Fails writes whose answer does not come in time; one timer for all of them. Confined to the loop. */
final class Lateness {
    private final Loop loop;
    private final Consumer<List<PendingWrite>> fail;

    /** Those whose answer is late at some time, in order of that time: all have the same patience. */
    private final ArrayDeque<PendingWrite> deadlines = new ArrayDeque<>();

    private Loop.@Nullable Timer timer;

    Lateness(Loop loop, Consumer<List<PendingWrite>> fail) {
        this.loop = loop;
        this.fail = fail;
    }

    /** Watches over a write, unless it has all the time there is. */
    void watch(PendingWrite write) {
        if (write.isBounded()) {
            deadlines.add(write);
            if (timer == null) {
                schedule(write);
            }
        }
    }

    /** Lets go of those at the front that have their answer. */
    void forgetAnswered() {
        for (PendingWrite first = deadlines.peek(); first != null && first.isDone(); first = deadlines.peek()) {
            deadlines.remove();
        }
    }

    /** Watches over nothing any more. */
    void clear() {
        deadlines.clear();
        if (timer != null) {
            timer.cancel();
        }
    }

    private void schedule(PendingWrite first) {
        Duration remaining = Duration.ofNanos(Math.max(1, first.remainingNanos(loop.nanoTime())));
        timer = loop.schedule(remaining, this::failLate);
    }

    private void failLate() {
        timer = null;
        List<PendingWrite> late = new ArrayList<>();
        for (PendingWrite first = deadlines.peek(); first != null; first = deadlines.peek()) {
            if (!first.isDone() && first.remainingNanos(loop.nanoTime()) > 0) {
                schedule(first);
                break;
            }
            late.add(deadlines.remove());
        }
        fail.accept(late);
    }
}
