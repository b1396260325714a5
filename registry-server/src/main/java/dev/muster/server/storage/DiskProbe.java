// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Whether the disk of a folder takes what it is given: a few bytes, durably. For one thread, which a disk may hang. */
public final class DiskProbe {
    private final Path file;
    private long written;

    /** Of the disk that {@code file} is on, which nothing else uses. */
    public DiskProbe(Path file) {
        this.file = file;
    }

    /**
     * Writes a number, has it made durable, and reads it back.
     *
     * @throws UncheckedIOException if the disk refuses, or returns another one
     */
    public void run() {
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
    }
}
