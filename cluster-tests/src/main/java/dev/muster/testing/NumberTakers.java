// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.client.Keyspace;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that take numbers of one keyspace, each with a thread of its own. For the thread of the test. */
public final class NumberTakers implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** Between two numbers of one taker: sets last for some of them, and there are some sets. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final List<Taker> takers = new ArrayList<>();

    /** Begins. The clients are closed by whoever made them. */
    public static NumberTakers start(List<MusterClient> clients, String keyspace) {
        NumberTakers all = new NumberTakers();
        clients.forEach(client -> all.takers.add(new Taker(client.keyspace(keyspace))));
        all.takers.forEach(taker -> taker.thread.start());
        return all;
    }

    /** Waits until each taker has so many numbers more. */
    public NumberTakers awaitMore(int count) {
        List<Long> wanted =
                takers.stream().map(taker -> taker.count.get() + count).toList();
        await("each taker has " + count + " numbers more").atMost(LONGEST_WAIT).until(() -> {
            for (int i = 0; i < takers.size(); i++) {
                if (takers.get(i).count.get() < wanted.get(i)) {
                    return false;
                }
            }
            return true;
        });
        return this;
    }

    /** Ends the takers and returns what each of them has, in the order in which it got it. */
    public List<List<Long>> stop() {
        takers.forEach(taker -> taker.stopped = true);
        for (Taker taker : takers) {
            await("a taker ends").atMost(LONGEST_WAIT).until(() -> !taker.thread.isAlive());
        }
        return takers.stream().map(taker -> taker.taken).toList();
    }

    @Override
    public void close() {
        stop();
    }

    /** Takes numbers and goes on after every refusal. */
    private static final class Taker implements Runnable {
        private final Keyspace keyspace;
        private final List<Long> taken = new ArrayList<>();
        private final AtomicLong count = new AtomicLong();
        private final Thread thread = new Thread(this, "taker");
        private volatile boolean stopped;

        Taker(Keyspace keyspace) {
            this.keyspace = keyspace;
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            while (!stopped) {
                try {
                    taken.add(keyspace.nextLong());
                    count.incrementAndGet();
                } catch (MusterException refused) {
                    // None was given out; another try is what a taker would do.
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
