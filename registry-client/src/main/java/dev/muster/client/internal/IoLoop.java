// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of a real client: the thread that also does its input and output, so that a request costs one hand-over from
 * the caller's thread and an answer one back. A daemon thread named {@code muster-client-io-1-1}. Safe for any thread.
 */
final class IoLoop implements Loop {
    private static final Logger LOG = LoggerFactory.getLogger(IoLoop.class);
    private static final Timer DROPPED = () -> {};

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("muster-client-io", true), NioIoHandler.newFactory());
    private final EventExecutor thread = group.next();

    /** The same thread, for the channels. */
    EventLoopGroup group() {
        return group;
    }

    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("a task came after the end of the client", e);
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        try {
            Future<?> timer = thread.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("a timer came after the end of the client", e);
            return DROPPED;
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public boolean inLoop() {
        return thread.inEventLoop();
    }

    @Override
    public void close() {
        var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of the client failed; please report this", e);
            }
        };
    }
}
