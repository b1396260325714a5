// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Renews leases every third of their time, as the clients of all these systems do, until it is closed. The third is cut
 * into slots, so that connections do not all speak at the same moment. Safe for use by several threads.
 */
public final class Renewing implements AutoCloseable {
    private static final int SLOTS = 20;

    private final AtomicLong renewed = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "renewing");
        thread.setDaemon(true);
        return thread;
    });
    private final List<? extends Connection> connections;
    private volatile @Nullable Throwable failure;
    private int slot;

    /** One connection with its leases. */
    public interface Connection {
        /** Sends what is due in this slot of so many, and returns at once. Each slot comes once in a third. */
        void renew(int slot, int slots, Renewing counts);

        /** Ends the connection. */
        void close();
    }

    private Renewing(List<? extends Connection> connections) {
        this.connections = List.copyOf(connections);
    }

    /** Begins. */
    public static Renewing begin(List<? extends Connection> connections, Duration ttl) {
        Renewing renewing = new Renewing(connections);
        long period = ttl.toNanos() / 3 / SLOTS;
        var unused = renewing.timer.scheduleAtFixedRate(renewing::next, period, period, TimeUnit.NANOSECONDS);
        return renewing;
    }

    private void next() {
        try {
            for (Connection connection : connections) {
                connection.renew(slot, SLOTS, this);
            }
        } catch (RuntimeException e) {
            failed(e);
        }
        slot = (slot + 1) % SLOTS;
    }

    /** So many leases were confirmed by the system. */
    public void renewed(long leases) {
        renewed.addAndGet(leases);
    }

    /** So many leases are gone by what the system says. */
    public void lost(long leases) {
        lost.addAndGet(leases);
    }

    /** A renewal was not answered. */
    public void failed(Throwable cause) {
        failure = cause;
    }

    /** How many renewals were confirmed so far. */
    public long renewed() {
        return renewed.get();
    }

    /**
     * Checks that every lease lives.
     *
     * @throws IllegalStateException if a lease was lost or a renewal failed: then nothing is measured
     */
    public void check() {
        Throwable cause = failure;
        if (lost.get() > 0 || cause != null) {
            throw new IllegalStateException(lost + " leases lost", cause);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        connections.forEach(Connection::close);
    }
}
