// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: so many operations are in flight at any time, each answer starts the next one. It never makes up for a
 * pause of the system, so its latencies are those of the operations that were sent. Runs once.
 */
final class Load {
    private static final long HIGHEST_MICROS = Duration.ofSeconds(60).toNanos() / 1000;

    private final LongFunction<CompletableFuture<?>> operation;
    private final AtomicLong numbers;
    private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final AtomicInteger failures = new AtomicInteger();
    private final Phaser running = new Phaser(1);
    private volatile boolean stopped;
    private volatile @Nullable Throwable firstFailure;

    private Load(LongFunction<CompletableFuture<?>> operation, AtomicLong numbers) {
        this.operation = operation;
        this.numbers = numbers;
    }

    /** What a run measured; latencies in microseconds. */
    record Result(long operations, int failures, double seconds, long p50, long p99, long p999, long max) {
        double perSecond() {
            return operations / seconds;
        }
    }

    /**
     * Runs the operation until the time is over.
     *
     * @param numbers gives each operation its number, across runs
     */
    static Result run(int inFlight, Duration time, AtomicLong numbers, LongFunction<CompletableFuture<?>> operation)
            throws InterruptedException {
        return new Load(operation, numbers).run(inFlight, time);
    }

    private Result run(int inFlight, Duration time) throws InterruptedException {
        long begun = System.nanoTime();
        for (int i = 0; i < inFlight; i++) {
            running.register();
            next();
        }
        Thread.sleep(time.toMillis());
        stopped = true;
        long counted = micros.getTotalCount();
        double seconds = (System.nanoTime() - begun) / 1e9;
        running.arriveAndAwaitAdvance();
        if (counted == 0 || failures.get() > counted) {
            throw new IllegalStateException(
                    counted + " operations done, " + failures + " failed, first: " + firstFailure, firstFailure);
        }
        return new Result(
                counted,
                failures.get(),
                seconds,
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99),
                micros.getValueAtPercentile(99.9),
                micros.getMaxValue());
    }

    private void next() {
        while (!stopped) {
            long begun = System.nanoTime();
            CompletableFuture<?> answer = operation.apply(numbers.getAndIncrement());
            if (!answer.isDone()) {
                var unused = answer.whenComplete((result, failure) -> {
                    answered(begun, failure);
                    next();
                });
                return;
            }
            answered(
                    begun,
                    answer.isCompletedExceptionally()
                            ? answer.handle((r, e) -> e).join()
                            : null);
        }
        running.arriveAndDeregister();
    }

    private void answered(long begun, @Nullable Throwable failure) {
        if (failure == null) {
            micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - begun) / 1000));
        } else {
            failures.incrementAndGet();
            if (firstFailure == null) {
                firstFailure = failure;
            }
        }
    }
}
