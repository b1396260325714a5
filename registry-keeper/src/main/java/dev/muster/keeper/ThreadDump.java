// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.process.Processes;
import dev.muster.keeper.process.Signals;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a hung JVM say what its threads do: it is thawed and asked by SIGQUIT, and what it then writes to its log is kept
 * in a file of its own. Never fails and never takes long: it is about to be ended anyway. Safe for any thread.
 */
final class ThreadDump {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadDump.class);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LARGEST = 1024 * 1024;
    private static final String LAST_LINE = "JNI global refs";

    private final Processes processes;
    private final Signals signals;

    ThreadDump(Processes processes, Signals signals) {
        this.processes = processes;
        this.signals = signals;
    }

    /** Writes the dump of a JVM to {@code into}; other processes have none. */
    void take(ProcessId id, Path log, Path into) {
        if (!processes.isJvm(id)) {
            return;
        }
        try {
            long from = Files.exists(log) ? Files.size(log) : 0;
            signals.send("CONT", id);
            signals.send("QUIT", id);
            long end = System.nanoTime() + LONGEST.toNanos();
            String dump = since(log, from);
            while (!dump.contains(LAST_LINE) && processes.isAlive(id) && System.nanoTime() < end) {
                pause();
                dump = since(log, from);
            }
            Files.writeString(into, dump);
        } catch (IOException e) {
            LOG.warn("the thread dump of process {} is not kept: {}", id.pid(), e.toString());
        }
    }

    private static String since(Path log, long from) throws IOException {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(LARGEST, file.size() - from)));
            while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) > 0) {
                // Until there is no more.
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    private static void pause() {
        var unused = new CompletableFuture<Void>()
                .completeOnTimeout(null, PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
