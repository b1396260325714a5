// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import dev.muster.client.Consistency;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Linearizable readers, one for each node and through that node alone. An answer is stale if its revision is below one
 * that was acknowledged, to anyone and through whichever node, before the read began; a refusal is none. Safe for use by
 * any number of threads.
 */
public final class Readers implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> stale = new ConcurrentLinkedQueue<>();
    private final LongAdder answered = new LongAdder();
    private volatile boolean running = true;

    private Readers(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Starts them; they end with the cluster. */
    public static Readers start(TestCluster cluster) {
        Readers readers = new Readers(cluster.ledger());
        for (TestNode node : cluster.nodes()) {
            MusterClient client = cluster.clientOf(
                    builder -> builder.endpoints(node.endpoint()).requestTimeout(TIMEOUT));
            Thread thread = new Thread(() -> readers.read(node, client), "reader-" + node);
            thread.setDaemon(true);
            readers.threads.add(thread);
        }
        readers.threads.forEach(Thread::start);
        return cluster.closedWithCluster(readers);
    }

    /** How many reads were answered. */
    public long answered() {
        return answered.sum();
    }

    /** A line for each stale answer. */
    public List<String> stale() {
        return List.copyOf(stale);
    }

    @Override
    public void close() {
        running = false;
        threads.forEach(Thread::interrupt);
    }

    private void read(TestNode node, MusterClient client) {
        while (running) {
            long atLeast = ledger.highestRevision();
            try {
                LookupResult result =
                        client.lookup(LookupQuery.of("load-0").id("nobody").consistency(Consistency.LINEARIZABLE));
                long revision = result.position().revision();
                answered.increment();
                if (revision < atLeast) {
                    stale.add("revision " + revision + " through " + node + ", after " + atLeast + " was acknowledged");
                }
            } catch (MusterException | IllegalStateException e) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
