// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The {@link Loop} of a running node: one daemon thread and {@link System#nanoTime()}. */
public final class ThreadLoop implements Loop {
    private final String name;
    private final TaskFailures failures;
    private final ScheduledThreadPoolExecutor executor;

    /** Starts the loop; {@code name} is that of its thread and of its failures. */
    public ThreadLoop(String name, TaskFailures failures) {
        this.name = name;
        this.failures = failures;
        this.executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "muster-" + name);
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(new Guarded(name, failures, task));
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        var unused = executor.schedule(new Guarded(name, failures, task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
