// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Threads that each do one thing again and again until all are stopped. For the thread that runs the chaos. */
public final class Crew {
    private static final Duration LONGEST_STEP = Duration.ofSeconds(60);

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /** Lets somebody do it, with a pause in between. */
    public void add(String name, Duration pause, Runnable step) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped) {
                        step.run();
                        LockSupport.parkNanos(pause.toNanos());
                    }
                },
                name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, failure) -> failures.add(failure));
        threads.add(thread);
        thread.start();
    }

    /** Whether nobody shall begin anything any more. */
    public boolean isStopped() {
        return stopped;
    }

    /** Lets each end what it does. */
    public void stop() {
        stopped = true;
        await("the clients end")
                .atMost(LONGEST_STEP)
                .until(() -> threads.stream().noneMatch(Thread::isAlive));
        failures.forEach(failure -> {
            throw new AssertionError("a client met what a client must not throw", failure);
        });
    }
}
