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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers that register instances under ever new ids, and take every fifth off the list again, until they are stopped.
 * Each has one write in flight. Whatever the registry answers goes to the ledger: acknowledged, refused or unknown. Safe
 * for use by any number of threads.
 */
public final class Workload implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int SERVICES = 16;
    private static final int DEREGISTER_EACH = 5;
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final MusterClient client;
    private final Ledger ledger;
    private final List<Thread> writers = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    private Workload(MusterClient client, Ledger ledger) {
        this.client = client;
        this.ledger = ledger;
    }

    /** Starts them. */
    static Workload start(MusterClient client, Ledger ledger, int writers) {
        Workload workload = new Workload(client, ledger);
        for (int i = 0; i < writers; i++) {
            Writer writer = workload.new Writer(NUMBERS.incrementAndGet());
            Thread thread = new Thread(writer::write, "writer-" + writer.number);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((dead, failure) -> workload.failures.add(failure));
            workload.writers.add(thread);
        }
        workload.writers.forEach(Thread::start);
        return workload;
    }

    /** Waits until so many writes more are acknowledged. */
    public Workload awaitMore(int writes) {
        int enough = ledger.acknowledged() + writes;
        await(writes + " writes more")
                .atMost(LONGEST_WAIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> ledger.acknowledged() >= enough);
        return this;
    }

    /** Lets the writes in flight end and starts no more. Stopping twice is allowed. */
    public void stop() {
        running = false;
        await("the writers stop")
                .atMost(LONGEST_WAIT)
                .pollDelay(Duration.ZERO)
                .until(() -> writers.stream().noneMatch(Thread::isAlive));
        failures.forEach(failure -> {
            throw new AssertionError("a writer met what a client must not throw", failure);
        });
    }

    @Override
    public void close() {
        running = false;
        writers.forEach(Thread::interrupt);
    }

    /** One thread's work. */
    private final class Writer {
        final int number;
        private final Deque<InstanceKey> own = new ArrayDeque<>();
        private int count;

        Writer(int number) {
            this.number = number;
        }

        void write() {
            while (running) {
                count++;
                InstanceKey oldest = count % DEREGISTER_EACH == 0 ? own.poll() : null;
                boolean done = oldest == null ? register(nextKey()) : deregister(oldest);
                LockSupport.parkNanos((done ? PAUSE : PAUSE_AFTER_FAILURE).toNanos());
            }
        }

        private InstanceKey nextKey() {
            return InstanceKey.of("load-" + (number + count) % SERVICES, "w" + number + "-" + count);
        }

        private boolean register(InstanceKey key) {
            long begun = System.nanoTime();
            try {
                WriteResult result =
                        client.write(Change.register(ServiceInstance.of(key).endpoint("grpc", "10.0.0.1", 8080)));
                ledger.registered(key, begun, result.position().revision());
                own.add(key);
                return true;
            } catch (MusterException e) {
                if (e.fate() == Fate.NOT_APPLIED) {
                    ledger.refused(key);
                } else {
                    ledger.unknown(key);
                }
                return false;
            }
        }

        private boolean deregister(InstanceKey key) {
            long begun = System.nanoTime();
            try {
                WriteResult result = client.write(Change.deregister(key));
                ledger.deregistered(key, begun, result.position().revision());
                return true;
            } catch (MusterException e) {
                if (e.fate() == Fate.NOT_APPLIED) {
                    own.add(key);
                } else {
                    ledger.unknown(key);
                }
                return false;
            }
        }
    }
}
