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
 * Where users' listeners run: one daemon thread named {@code muster-client-callbacks} that is there only while it has
 * something to do, so that a listener may block without holding up keep-alives. Safe for any thread.
 */
final class Callbacks implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
    private static final long IDLE_SECONDS = 5;

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Callbacks::thread);

    Callbacks() {
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("a listener was called after the end of the client", e);
        }
    }

    /** Runs what is waiting, then ends the thread. */
    void close() {
        executor.shutdown();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "muster-client-callbacks");
        thread.setDaemon(true);
        return thread;
    }
}
