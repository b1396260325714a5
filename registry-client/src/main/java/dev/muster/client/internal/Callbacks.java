// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where users' listeners run, and what waits for the disk: one daemon thread each that is there only while it has
 * something to do, so that it may block without holding up keep-alives. Safe for any thread.
 */
final class Callbacks implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
    private static final long IDLE_SECONDS = 5;

    private final ThreadPoolExecutor executor;

    /** {@code name} is that of the thread. */
    Callbacks(String name) {
        executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> thread(work, name));
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("a task came after the end of the client", e);
        }
    }

    /** Runs what is waiting, then ends the thread. */
    void close() {
        executor.shutdown();
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
