// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the disk of a folder takes what it is given, and in what time: a few bytes, durably. {@link #run} is for one
 * thread, which a disk may hang; the time is for any.
 */
public final class DiskProbe {
    /** So many tries tell the time: a disk is as slow as the fastest of them. */
    public static final int TRIES = 5;

    private final Path file;
    private final LongSupplier nanos;
    private final Deque<Long> times = new ArrayDeque<>(TRIES);
    private long written;

    /** Of the disk that {@code file} is on, which nothing else uses. */
    public DiskProbe(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
    }

    /**
     * Writes a number, has it made durable, and reads it back.
     *
     * @throws UncheckedIOException if the disk refuses, or returns another one
     */
    public void run() {
        long began = nanos.getAsLong();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(bytes.putLong(0, ++written), 0);
            channel.force(false);
            channel.read(bytes.clear(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bytes.getLong(0) != written) {
            throw new UncheckedIOException(
                    new IOException(file + " holds " + bytes.getLong(0) + " (expected: " + written + ")"));
        }
        took(nanos.getAsLong() - began);
    }

    private synchronized void took(long time) {
        if (times.size() == TRIES) {
            times.removeFirst();
        }
        times.addLast(time);
    }

    /** What the fastest of the last tries took, in milliseconds and 1 at least; 0 before there were so many. */
    public synchronized int millis() {
        return times.size() < TRIES
                ? 0
                : Math.max(1, Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(Collections.min(times))));
    }
}
