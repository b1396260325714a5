// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A steady stream of registrations, 500 in a second, spread over ten services. Never waits for an answer before the next
 * write, so that a gap in the answers is the registry's and not the writer's; up to {@value #MAX_IN_FLIGHT} are in
 * flight. Writes from construction to {@link #stop}.
 */
final class Load implements AutoCloseable {
    private static final int SERVICES = 10;
    private static final long MICROS_BETWEEN_WRITES = 2_000;
    private static final int MAX_IN_FLIGHT = 10_000;
    private static final int FULL_SWING = 500;
    private static final long PATIENCE_SECONDS = 30;

    private final MusterClient client;
    private final AckLog log;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final CountDownLatch untilFullSwing = new CountDownLatch(FULL_SWING);
    private final AtomicLong failures = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private long written;

    /** Begins to write. What is acknowledged goes to the log. */
    Load(MusterClient client, AckLog log) {
        this.client = client;
        this.log = log;
        var unused = timer.scheduleAtFixedRate(this::writeOne, 0, MICROS_BETWEEN_WRITES, TimeUnit.MICROSECONDS);
    }

    private void writeOne() {
        if (!inFlight.tryAcquire()) {
            return;
        }
        long number = written++;
        InstanceKey key = InstanceKey.of("tour-" + number % SERVICES, "i-" + number);
        ServiceInstance instance = ServiceInstance.of(key).endpoint("grpc", "127.0.0.1", 9_000);
        var unused = client.writeAsync(Change.register(instance)).whenComplete((result, failure) -> {
            if (failure == null) {
                log.add(key, result.position().revision());
                untilFullSwing.countDown();
            } else {
                failures.incrementAndGet();
            }
            inFlight.release();
        });
    }

    /** Returns when the first {@value #FULL_SWING} writes are acknowledged. */
    void awaitFullSwing() throws InterruptedException {
        if (!untilFullSwing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("of the first " + FULL_SWING + " writes " + untilFullSwing.getCount()
                    + " are not acknowledged after " + PATIENCE_SECONDS + " s");
        }
    }

    /** Ends the stream. Returns when the last write is answered. */
    void stop() throws InterruptedException {
        timer.shutdown();
        boolean answered = timer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)
                && inFlight.tryAcquire(MAX_IN_FLIGHT, PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!answered) {
            throw new IllegalStateException("writes are not answered after " + PATIENCE_SECONDS + " s");
        }
    }

    /** How many writes were refused, or have a fate that nobody knows. */
    long failures() {
        return failures.get();
    }

    /** Ends the stream without waiting for answers. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
