// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.system.PatientWriter;
import dev.muster.bench.system.Waiting;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes without end, one write in flight, and notes the pauses between acknowledgements. Used by one thread. */
final class SteadyWriter implements AutoCloseable {
    private final PatientWriter writer;
    private final Thread thread = new Thread(this::run, "steady-writer");

    private long lastNanos = System.nanoTime();
    private long longestNanos;
    private long written;
    private @Nullable RuntimeException failure;

    private SteadyWriter(PatientWriter writer) {
        this.writer = writer;
    }

    static SteadyWriter begin(PatientWriter writer) {
        SteadyWriter steady = new SteadyWriter(writer);
        steady.thread.setDaemon(true);
        steady.thread.start();
        return steady;
    }

    private void run() {
        try {
            while (true) {
                writer.write(Instances.newPayload());
                acknowledged();
            }
        } catch (InterruptedException e) {
            // Closed.
        } catch (RuntimeException e) {
            ended(e);
        }
    }

    private synchronized void acknowledged() {
        long now = System.nanoTime();
        longestNanos = Math.max(longestNanos, now - lastNanos);
        lastNanos = now;
        written++;
    }

    private synchronized void ended(RuntimeException why) {
        failure = why;
    }

    /** From now on the longest pause is looked for; one that has begun counts from its begin. */
    synchronized void watch() {
        longestNanos = 0;
    }

    /** The longest pause since then. */
    synchronized double longestPauseMillis() {
        return longestNanos / 1e6;
    }

    private synchronized long written() {
        if (failure != null) {
            throw new IllegalStateException("the writer ended", failure);
        }
        return written;
    }

    /** Lets it write for that long. */
    void passes(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** Waits for two more acknowledgements: the first may have been on its way before. */
    void passesAWrite(Duration longest) throws Exception {
        long before = written();
        Waiting.until("a write is acknowledged", longest, () -> written() >= before + 2);
    }

    /** Ends it; a write that is tried again and again ends with its client. */
    @Override
    public void close() {
        thread.interrupt();
        writer.close();
    }
}
