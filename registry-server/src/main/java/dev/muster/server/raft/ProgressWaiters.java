// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Those who wait until what is applied has come so far, in revisions or in log indexes. Thread-safe; completes them on the
 * apply thread.
 */
final class ProgressWaiters {
    private record Waiter(long wanted, CompletableFuture<Void> done) {}

    private final LongSupplier progress;
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::wanted));
    private volatile long lowest = Long.MAX_VALUE;

    ProgressWaiters(LongSupplier progress) {
        this.progress = progress;
    }

    CompletableFuture<Void> await(long wanted) {
        if (progress.getAsLong() >= wanted) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(wanted, new CompletableFuture<>());
        synchronized (this) {
            waiters.add(waiter);
            lowest = waiters.element().wanted;
        }
        // Who gave up waiting is forgotten.
        var unused = waiter.done.whenComplete((reached, gaveUp) -> {
            if (gaveUp != null) {
                forget(waiter);
            }
        });
        // It may have come between the look and the queue.
        applied(progress.getAsLong());
        return waiter.done;
    }

    private synchronized void forget(Waiter waiter) {
        waiters.remove(waiter);
        lowest = waiters.isEmpty() ? Long.MAX_VALUE : waiters.element().wanted;
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
            while (!waiters.isEmpty() && waiters.element().wanted <= reached) {
                ready.add(waiters.remove().done);
            }
            lowest = waiters.isEmpty() ? Long.MAX_VALUE : waiters.element().wanted;
        }
        ready.forEach(done -> done.complete(null));
    }
}
