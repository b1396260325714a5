// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.replica.Replica.SnapshotTaken;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes snapshots beside the running node: takes the immutable state in one read, writes and fsyncs a draft, reads it
 * back, and only then publishes it and lets the log below it be purged. No write of a client waits for any of it.
 * Thread-safe; one thread of its own, one snapshot at a time.
 */
final class SnapshotWriter implements AutoCloseable {
    private final String groupId;
    private final Supplier<Applied> applied;
    private final SnapshotStore store;
    private final Purge purge;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(runnable -> {
        Thread t = new Thread(runnable, "muster-snapshot-writer");
        t.setDaemon(true);
        return t;
    });
    private @Nullable CompletableFuture<SnapshotTaken> running;

    /** Deletes what is not needed any more of the log, of which the index of the older snapshot is the end. */
    interface Purge {
        void below(long olderSnapshot) throws IOException;
    }

    SnapshotWriter(String groupId, Supplier<Applied> applied, SnapshotStore store, Purge purge) {
        this.groupId = groupId;
        this.applied = applied;
        this.store = store;
        this.purge = purge;
    }

    /** Writes a snapshot, or joins the one that is being written. */
    synchronized CompletableFuture<SnapshotTaken> write() {
        CompletableFuture<SnapshotTaken> current = running;
        if (current == null || current.isDone()) {
            current = CompletableFuture.supplyAsync(this::writeNow, thread);
            running = current;
        }
        return current;
    }

    private SnapshotTaken writeNow() {
        Applied captured = applied.get();
        Path draft = store.draft(captured.position());
        try {
            long bytes = writeDraft(captured, draft);
            Applied readBack = SnapshotStore.read(draft, captured.state());
            if (readBack.state().stateHash() != captured.state().stateHash()
                    || readBack.state().chain() != captured.state().chain()) {
                throw new IOException("what was read back differs from what was written");
            }
            if (store.publish(draft, captured.position())) {
                // An older snapshot is of use with the log behind it only.
                purge.below(store.oldestIndex());
            }
            return new SnapshotTaken(
                    captured.position().getIndex(), captured.state().revision(), bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("snapshot " + draft + ": " + e.getMessage(), e);
        }
    }

    private long writeDraft(Applied captured, Path draft) throws IOException {
        Files.deleteIfExists(draft);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            SnapshotCodec.write(
                    captured.state(),
                    new SnapshotCodec.Position(
                            groupId,
                            captured.position().getTerm(),
                            captured.position().getIndex()),
                    out);
            out.flush();
            channel.force(true);
            return channel.size();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
