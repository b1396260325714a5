// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.ServiceInstance;
import dev.muster.client.WriteResult;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Registrations at a fixed rate, whether or not those before were answered: what an isolated leader has to cope with.
 * What is answered goes to the ledger. Safe for use by any number of threads.
 */
public final class SteadyWrites implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int SERVICES = 16;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "steady-writes");
        thread.setDaemon(true);
        return thread;
    });
    private final int number = NUMBERS.incrementAndGet();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final MusterClient client;
    private final Ledger ledger;
    private int count;

    private SteadyWrites(MusterClient client, Ledger ledger) {
        this.client = client;
        this.ledger = ledger;
    }

    static SteadyWrites start(MusterClient client, Ledger ledger, int perSecond) {
        SteadyWrites writes = new SteadyWrites(client, ledger);
        var unused = writes.clock.scheduleAtFixedRate(
                writes::write, 0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
        return writes;
    }

    /** Waits until so many writes more are acknowledged. */
    public SteadyWrites awaitMore(int writes) {
        int enough = ledger.acknowledged() + writes;
        await(writes + " writes more")
                .atMost(LONGEST_WAIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> ledger.acknowledged() >= enough);
        return this;
    }

    /** Starts no more and waits until all have an answer. Stopping twice is allowed. */
    public void stop() {
        close();
        await("all writes have an answer")
                .atMost(LONGEST_WAIT)
                .pollDelay(Duration.ZERO)
                .until(() -> clock.isTerminated() && inFlight.get() == 0);
    }

    @Override
    public void close() {
        clock.shutdown();
    }

    private void write() {
        count++;
        InstanceKey key = InstanceKey.of("load-" + count % SERVICES, "s" + number + "-" + count);
        long begun = System.nanoTime();
        inFlight.incrementAndGet();
        var unused = client.writeAsync(Change.register(ServiceInstance.of(key).endpoint("grpc", "10.0.0.1", 8080)))
                .whenComplete((result, failure) -> {
                    enter(key, begun, result, failure);
                    inFlight.decrementAndGet();
                });
    }

    private void enter(InstanceKey key, long begun, @Nullable WriteResult result, @Nullable Throwable failure) {
        if (result != null) {
            ledger.registered(key, begun, result.position().revision());
        } else if (isRefusal(failure)) {
            ledger.refused(key);
        } else {
            ledger.unknown(key);
        }
    }

    private static boolean isRefusal(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof MusterException refusal && refusal.fate() == Fate.NOT_APPLIED;
    }
}
