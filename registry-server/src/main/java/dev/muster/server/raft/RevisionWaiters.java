// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Those who wait for a revision to be applied. Thread-safe; completes them on the apply thread. */
final class RevisionWaiters {
    private record Waiter(long revision, CompletableFuture<Void> done) {}

    private final LongSupplier revision;
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));
    private volatile long lowest = Long.MAX_VALUE;

    RevisionWaiters(LongSupplier revision) {
        this.revision = revision;
    }

    CompletableFuture<Void> await(long wanted) {
        if (revision.getAsLong() >= wanted) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(wanted, new CompletableFuture<>());
        synchronized (this) {
            waiters.add(waiter);
            lowest = waiters.element().revision;
        }
        // Who gave up waiting is forgotten.
        var unused = waiter.done.whenComplete((reached, gaveUp) -> {
            if (gaveUp != null) {
                forget(waiter);
            }
        });
        // The revision may have come between the look and the queue.
        applied(revision.getAsLong());
        return waiter.done;
    }

    private synchronized void forget(Waiter waiter) {
        waiters.remove(waiter);
        lowest = waiters.isEmpty() ? Long.MAX_VALUE : waiters.element().revision;
    }

    synchronized int size() {
        return waiters.size();
    }

    void applied(long reached) {
        if (reached < lowest) {
            return;
        }
        List<CompletableFuture<Void>> ready = new ArrayList<>();
        synchronized (this) {
            while (!waiters.isEmpty() && waiters.element().revision <= reached) {
                ready.add(waiters.remove().done);
            }
            lowest = waiters.isEmpty() ? Long.MAX_VALUE : waiters.element().revision;
        }
        ready.forEach(done -> done.complete(null));
    }
}
