// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.InstanceKey;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** The file of what was acknowledged, in order. Complete once closed. Safe for use by several threads. */
final class AckLog implements AutoCloseable {
    private final BufferedWriter out;
    private final Clock clock;
    private long count;

    private AckLog(BufferedWriter out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Begins an empty file. */
    static AckLog create(Path file, Clock clock) throws IOException {
        return new AckLog(Files.newBufferedWriter(file), clock);
    }

    /** What a file holds. */
    static List<Ack> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Ack::parse).toList();
    }

    /** Notes that this registration was acknowledged just now. */
    synchronized void add(InstanceKey key, long revision) {
        try {
            out.write(new Ack(clock.millis(), revision, key.service(), key.id()).line());
            out.newLine();
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many were noted. */
    synchronized long count() {
        return count;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
