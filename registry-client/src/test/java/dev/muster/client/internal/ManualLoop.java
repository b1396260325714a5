// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A loop whose tasks run on a real thread at once, but whose clock moves only when a test says so. */
final class ManualLoop implements Loop {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "test-loop");
        made.setDaemon(true);
        owner = made;
        return made;
    });
    private final PriorityQueue<Waiting> waiting =
            new PriorityQueue<>(Comparator.<Waiting>comparingLong(w -> w.due).thenComparingLong(w -> w.order));
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private volatile @Nullable Thread owner;
    private long orders;

    private static final class Waiting {
        final long due;
        final long order;
        final Runnable task;

        Waiting(long due, long order, Runnable task) {
            this.due = due;
            this.order = order;
            this.task = task;
        }
    }

    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed: dropped, as the contract says.
        }
    }

    @Override
    public synchronized Timer schedule(Duration delay, Runnable task) {
        if (delay.isZero() || delay.isNegative()) {
            boolean[] cancelled = new boolean[1];
            execute(() -> {
                if (!cancelled[0]) {
                    task.run();
                }
            });
            return () -> cancelled[0] = true;
        }
        Waiting timer = new Waiting(now.get() + delay.toNanos(), orders++, task);
        waiting.add(timer);
        return () -> {
            synchronized (this) {
                waiting.remove(timer);
            }
        };
    }

    @Override
    public long nanoTime() {
        return now.get();
    }

    @Override
    public long epochMillis() {
        return EPOCH_MILLIS + now.get() / 1_000_000;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == owner;
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    /** Lets this much time pass, and runs all that falls due on the way, each at its own time. */
    void advance(Duration time) {
        // What is under way may still set timers, from the time that is now.
        run(() -> {});
        long end = now.get() + time.toNanos();
        for (Waiting next = due(end); next != null; next = due(end)) {
            now.set(Math.max(now.get(), next.due));
            run(next.task);
        }
        now.set(end);
        run(() -> {});
    }

    /** Lets this much time pass as for a process that is stopped: nothing runs on the way. */
    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** Runs a task on the loop and waits for it. */
    void run(Runnable task) {
        try {
            CompletableFuture.runAsync(task, thread).join();
        } catch (RejectedExecutionException e) {
            // Closed: nothing happens any more.
        }
    }

    private synchronized @Nullable Waiting due(long end) {
        Waiting first = waiting.peek();
        return first != null && first.due <= end ? waiting.remove() : null;
    }
}
