// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What a replica does by itself: tasks at their intervals on one thread, steps of its leadership in their order on
 * another, and tasks for good on threads of their own. None of them may fail; one that throws ends the node, for a
 * replica that has quietly stopped to watch its quorum or to raise its mark breaks promises. Thread-safe.
 */
final class Upkeep implements AutoCloseable {
    private static final long LONGEST_TASK_MILLIS = 1000;

    /** Something to do; what it throws ends the node. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private final Fatal fatal;
    private final ScheduledExecutorService taskThread = thread("muster-upkeep");
    private final ScheduledExecutorService stepThread = thread("muster-leadership");
    private volatile boolean closed;

    Upkeep(Fatal fatal) {
        this.fatal = fatal;
    }

    /** Runs the task again and again, the interval after it has ended. */
    void every(long millis, String name, Task task) {
        var unused = taskThread.scheduleWithFixedDelay(() -> guard(name, task), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Runs a step of the leadership after those that were given before. */
    void step(String name, Runnable step) {
        stepThread.execute(() -> guard(name, step::run));
    }

    /** The same, some time from now. */
    void stepIn(long millis, String name, Runnable step) {
        var unused = stepThread.schedule(() -> guard(name, step::run), millis, TimeUnit.MILLISECONDS);
    }

    /** Runs a task that only ends with the replica, on a thread of its own. */
    void forGood(String thread, String name, Task task) {
        daemon(thread).newThread(() -> guard(name, task)).start();
    }

    private void guard(String name, Task task) {
        try {
            if (!closed) {
                task.run();
            }
        } catch (IOException e) {
            fatal.end(Fatal.Cause.LOG_IO, name + " failed, the data folder cannot be written: " + e, e);
        } catch (RuntimeException | Error e) {
            fatal.end(Fatal.Cause.DEFECT, name + " failed: " + e, e);
        }
    }

    /** Whether it was closed: nothing that ends now is a surprise. */
    boolean isClosed() {
        return closed;
    }

    /** Ends all of it; waits for the task that runs. It is not interrupted: that would close the file that it writes. */
    @Override
    public void close() {
        closed = true;
        taskThread.shutdown();
        stepThread.shutdownNow();
        try {
            if (!taskThread.awaitTermination(LONGEST_TASK_MILLIS, TimeUnit.MILLISECONDS)) {
                taskThread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What comes after its end is not done. */
    private static ScheduledExecutorService thread(String name) {
        return new ScheduledThreadPoolExecutor(1, daemon(name), new ThreadPoolExecutor.DiscardPolicy());
    }

    static ThreadFactory daemon(String name) {
        return runnable -> {
            Thread thread = new Thread(runnable, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
