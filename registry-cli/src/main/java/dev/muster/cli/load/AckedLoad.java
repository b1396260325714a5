// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.load;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.Keyspace;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A steady stream of registrations, 200 in a second, and beside it up to 50 numbers of a keyspace. It remembers
 * what was acknowledged, so that afterwards it can be told what of that is missing, what was handed out twice, and for how
 * long nothing was acknowledged. No write waits for the answer to another one, so a gap is the registry's. The
 * instances are gone when the client is closed. Safe for use by any number of threads.
 */
public final class AckedLoad implements AutoCloseable {
    private static final String NAMESPACE = "muster";
    /** Of the services, so that the list of each is short. */
    private static final String SERVICE = "drill-";

    private static final int SERVICES = 10;
    private static final String KEYSPACE = "muster-drill";
    /** With room for the epoch field, so that a restored cluster goes on with other numbers. */
    private static final int WIDTH = 128;

    private static final long MICROS_BETWEEN_WRITES = 5_000;
    private static final long MILLIS_BETWEEN_NUMBERS = 20;
    private static final int MAX_IN_FLIGHT = 10_000;

    private final MusterClient client;
    private final Keyspace keys;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledExecutorService taker = Executors.newSingleThreadScheduledExecutor();
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<Long> times = new ConcurrentLinkedQueue<>();
    private final Set<Key> numbers = ConcurrentHashMap.newKeySet();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong unacknowledged = new AtomicLong();
    private long written;

    /**
     * Begins.
     *
     * @throws MusterException when the keyspace cannot be created
     */
    public AckedLoad(MusterClient client) {
        this.client = client;
        client.keyspaces().create(KeyspaceSpec.of(KEYSPACE).width(WIDTH));
        this.keys = client.keyspace(KEYSPACE);
        var unused = timer.scheduleAtFixedRate(this::register, 0, MICROS_BETWEEN_WRITES, TimeUnit.MICROSECONDS);
        var unusedToo =
                taker.scheduleWithFixedDelay(this::takeNumber, 0, MILLIS_BETWEEN_NUMBERS, TimeUnit.MILLISECONDS);
    }

    /** How many registrations were acknowledged until now. */
    public long acknowledged() {
        return acknowledged.size();
    }

    /** The ids of the registrations that were acknowledged until now. */
    public Set<String> ids() {
        return Set.copyOf(acknowledged);
    }

    /** How many were refused, or nobody knows whether they were done. */
    public long unacknowledged() {
        return unacknowledged.get();
    }

    /** How many numbers were handed out more than once. */
    public long duplicates() {
        return duplicates.get();
    }

    /** Takes so many numbers by another client, of another cluster for instance, and counts those that were out before. */
    public void takeThrough(MusterClient other, int count) {
        try (Keyspace same = other.keyspace(KEYSPACE)) {
            handedOut(same.nextSet(count));
        }
    }

    /** The longest time without an acknowledgement that ended after that moment of {@link System#nanoTime}. */
    public Duration longestGapSince(long moment) {
        List<Long> sorted = times.stream().sorted().toList();
        long longest = 0;
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i) - moment > 0) {
                longest = Math.max(longest, sorted.get(i) - sorted.get(i - 1));
            }
        }
        return Duration.ofNanos(longest);
    }

    /**
     * How many of these ids the client does not find, by linearizable lookups.
     *
     * @throws MusterException when a lookup is refused or not answered in time
     */
    public static long missing(Collection<String> ids, MusterClient client) {
        Set<String> there = new HashSet<>();
        for (int i = 0; i < SERVICES; i++) {
            client.lookup(LookupQuery.of(SERVICE + i).namespace(NAMESPACE).withNotServing())
                    .instances()
                    .forEach(instance -> there.add(instance.id()));
        }
        return ids.stream().filter(id -> !there.contains(id)).count();
    }

    /** Begins nothing more, and says whether all that was begun was answered in time. */
    public boolean stop(Duration patience) {
        timer.shutdown();
        taker.shutdown();
        try {
            return timer.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)
                    && taker.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)
                    && inFlight.tryAcquire(MAX_IN_FLIGHT, patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends it without waiting for answers. */
    @Override
    public void close() {
        timer.shutdownNow();
        taker.shutdownNow();
        keys.close();
    }

    private void register() {
        if (!inFlight.tryAcquire()) {
            return;
        }
        long number = written++;
        InstanceKey key = InstanceKey.of(NAMESPACE, SERVICE + number % SERVICES, "i-" + number);
        // There is nothing to connect to.
        ServiceInstance instance = ServiceInstance.of(key).endpoint("none", "127.0.0.1", 1);
        var unused = client.writeAsync(Change.register(instance)).whenComplete((result, failure) -> {
            if (failure == null) {
                acknowledged.add(key.id());
                times.add(System.nanoTime());
            } else {
                unacknowledged.incrementAndGet();
            }
            inFlight.release();
        });
    }

    private void takeNumber() {
        try {
            handedOut(keys.nextSet(1));
        } catch (MusterException e) {
            // That one nobody has.
            unacknowledged.incrementAndGet();
        }
    }

    private void handedOut(KeySet set) {
        set.forEach(number -> duplicates.addAndGet(numbers.add(number) ? 0 : 1));
    }
}
