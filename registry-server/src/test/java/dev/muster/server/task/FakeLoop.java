// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A loop whose time stands still until a test moves it. Tasks run inside {@link #run()} and {@link #advance}, each at
 * its own time, on the caller's thread.
 */
public final class FakeLoop implements Loop {
    private record Task(long at, long order, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private final List<Throwable> failures = new ArrayList<>();
    private long now = 1_000_000_000L;
    private long order;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(new Task(now, order++, task));
    }

    @Override
    public synchronized void schedule(Duration delay, Runnable task) {
        tasks.add(new Task(now + delay.toNanos(), order++, task));
    }

    @Override
    public synchronized void close() {
        tasks.clear();
    }

    /** Runs what is due now. */
    public void run() {
        runUntil(now);
    }

    /** Lets that much time pass, running each task when it is due. */
    public void advance(Duration time) {
        runUntil(now + time.toNanos());
    }

    /** Lets that much time pass in which the loop does not run, as if the process had been stopped. */
    public void stall(Duration time) {
        now += time.toNanos();
    }

    /** What tasks threw so far. */
    public List<Throwable> failures() {
        return failures;
    }

    private void runUntil(long end) {
        for (Task task = next(end); task != null; task = next(end)) {
            now = Math.max(now, task.at());
            new Guarded("fake", (name, cause) -> failures.add(cause), task.body()).run();
        }
        now = Math.max(now, end);
    }

    private synchronized @Nullable Task next(long end) {
        return tasks.isEmpty() || tasks.peek().at() > end ? null : tasks.poll();
    }
}
