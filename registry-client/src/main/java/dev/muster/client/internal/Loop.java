// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.time.Duration;

/**
 * The one thread on which all state of a client lives, with its timers. Tasks run one after the other in the order in
 * which they were given, never inside one another, and one that throws does not harm the next. Safe for any thread.
 */
interface Loop {
    /** Runs the task soon; drops it when the loop is closed. */
    void execute(Runnable task);

    /** Runs the task after the delay unless it is cancelled before; drops it when the loop is closed. */
    Timer schedule(Duration delay, Runnable task);

    /** The monotonic clock of the timers, in nanoseconds. */
    long nanoTime();

    /** The wall clock, in milliseconds of the epoch: for what is told to another process, never for a decision. */
    long epochMillis();

    /** Whether the caller runs on this loop, where nothing may block. */
    boolean inLoop();

    /** Ends the thread after what is running. */
    void close();

    /** A task that is waiting for its time. */
    interface Timer {
        /** The task is not run any more. */
        void cancel();
    }
}
