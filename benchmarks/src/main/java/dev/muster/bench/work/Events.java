// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.system.Watches;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Counts what watchers are told. An event counts if its revision is newer than what that watcher was told of that
 * instance before. Safe for use by several threads.
 */
final class Events implements Watches.Listener {
    private static final long HIGHEST_MICROS = Duration.ofMinutes(2).toNanos() / 1000;

    private final int instances;
    private final long[][] newest;
    private final AtomicLongArray sentNanos;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong lastNanos = new AtomicLong();
    private final ConcurrentHistogram delays = new ConcurrentHistogram(HIGHEST_MICROS, 3);

    Events(int watchers, int instances) {
        this.instances = instances;
        this.newest = new long[watchers][instances];
        this.sentNanos = new AtomicLongArray(instances);
    }

    /** Forgets what was counted, not what was told. */
    void reset() {
        for (int i = 0; i < instances; i++) {
            sentNanos.set(i, 0);
        }
        count.set(0);
        delays.reset();
    }

    /** A write of the instance is about to be sent: its events are timed from now on. */
    void sent(int instance) {
        sentNanos.set(instance, System.nanoTime());
    }

    @Override
    public void changed(int watcher, String id, long revision) {
        int instance = Instances.number(id);
        long[] known = newest[watcher];
        if (revision <= known[instance]) {
            return;
        }
        known[instance] = revision;
        long now = System.nanoTime();
        long sent = sentNanos.get(instance);
        if (sent != 0) {
            delays.recordValue(Math.min(HIGHEST_MICROS, (now - sent) / 1000));
        }
        count.incrementAndGet();
        lastNanos.set(now);
    }

    /**
     * Waits until nothing has come for so long.
     *
     * @throws IllegalStateException if nothing has come at all: then nothing is measured
     */
    void awaitSilence(Duration silence) throws InterruptedException {
        long before;
        do {
            before = count.get();
            TimeUnit.NANOSECONDS.sleep(silence.toNanos());
        } while (count.get() != before);
        if (before == 0) {
            throw new IllegalStateException("no event reached a watcher");
        }
    }

    long count() {
        return count.get();
    }

    /** Over the time from then to the last event. */
    double perSecond(long begunNanos) {
        return count.get() * 1e9 / (lastNanos.get() - begunNanos);
    }

    double delayMillis(double percentile) {
        return delays.getValueAtPercentile(percentile) / 1000.0;
    }
}
