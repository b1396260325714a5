// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The one thread of a background duty, and its monotonic clock.
 *
 * <p>Tasks run one after another, those handed over by {@link #execute} in the order of the calls; so what only tasks of
 * one loop touch needs no lock. A task that throws is reported to the loop's {@link TaskFailures} and ends nothing but
 * itself. Tasks must not block. After {@link #close()} nothing more is run.
 */
public interface Loop extends Executor, AutoCloseable {
    /** Monotonic time in nanoseconds, to be compared with other values of this loop only. May be read by any thread. */
    long nanos();

    /** Runs the task after the delay. */
    void schedule(Duration delay, Runnable task);

    /** Runs the task again and again, a period after it ended, whether it threw or not. */
    default void every(Duration period, Runnable task) {
        schedule(period, () -> {
            try {
                task.run();
            } finally {
                every(period, task);
            }
        });
    }

    /** Drops what has not run yet and ends the thread. */
    @Override
    void close();
}
