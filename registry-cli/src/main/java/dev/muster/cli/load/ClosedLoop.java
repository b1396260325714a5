// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
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
public final class ClosedLoop {
    private static final long HIGHEST_MICROS = Duration.ofSeconds(60).toNanos() / 1000;

    private final LongFunction<CompletableFuture<?>> operation;
    private final AtomicLong numbers;
    private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final AtomicInteger failures = new AtomicInteger();
    private final Phaser running = new Phaser(1);
    private final long begun = System.nanoTime();
    private final long lengthNanos;
    private volatile @Nullable Throwable firstFailure;

    private ClosedLoop(LongFunction<CompletableFuture<?>> operation, AtomicLong numbers, Duration time) {
        this.operation = operation;
        this.lengthNanos = time.toNanos();
        this.numbers = numbers;
    }

    /** What a run measured; latencies in microseconds. */
    public record Result(long operations, int failures, double seconds, long p50, long p99, long p999, long max) {
        /** Operations that succeeded. */
        public double perSecond() {
            return operations / seconds;
        }
    }

    /**
     * Runs the operation until the time is over, and waits for what is then in flight.
     *
     * @param numbers gives each operation its number, across runs
     * @throws IllegalStateException when none succeeded, or more failed than succeeded; with the first failure
     */
    public static Result run(
            int inFlight, Duration time, AtomicLong numbers, LongFunction<CompletableFuture<?>> operation)
            throws InterruptedException {
        return new ClosedLoop(operation, numbers, time).run(inFlight);
    }

    private Result run(int inFlight) throws InterruptedException {
        for (int i = 0; i < inFlight; i++) {
            running.register();
            next();
        }
        TimeUnit.NANOSECONDS.sleep(lengthNanos - (System.nanoTime() - begun));
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
        while (System.nanoTime() - begun < lengthNanos) {
            long sent = System.nanoTime();
            CompletableFuture<?> answer = operation.apply(numbers.getAndIncrement());
            if (!answer.isDone()) {
                var unused = answer.whenComplete((result, failure) -> {
                    answered(sent, failure);
                    next();
                });
                return;
            }
            answered(
                    sent,
                    answer.isCompletedExceptionally()
                            ? answer.handle((r, e) -> e).join()
                            : null);
        }
        running.arriveAndDeregister();
    }

    private void answered(long sent, @Nullable Throwable failure) {
        if (failure == null) {
            micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - sent) / 1000));
        } else {
            failures.incrementAndGet();
            if (firstFailure == null) {
                firstFailure = failure;
            }
        }
    }
}
