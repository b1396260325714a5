// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets one write of entries, or of a snapshot, happen at a time. A leader sends the next one when the one before is
 * answered; another comes only when its connection broke, or leadership changed, while the disk still writes. Then nothing
 * in memory says what is durable: Ratis 3.3.0 compares with entries that it has not written, its flush index with entries
 * that it is about to cut off, and closes itself when one that comes before an installed snapshot is written after it.
 * Thread-safe.
 */
final class OneWrite {
    private final AtomicReference<@Nullable Object> unfinished = new AtomicReference<>();

    /** What writes. */
    @FunctionalInterface
    interface Write<T> {
        CompletableFuture<T> begin() throws IOException;
    }

    /**
     * Begins the write unless another one is not finished.
     *
     * @throws IOException if so: the same may be asked again
     */
    <T> CompletableFuture<T> one(Write<T> write) throws IOException {
        Object mine = new Object();
        if (!unfinished.compareAndSet(null, mine)) {
            throw new IOException("the disk still writes the entries that came before; ask again");
        }
        try {
            return write.begin().whenComplete((done, failure) -> unfinished.compareAndSet(mine, null));
        } catch (IOException | RuntimeException | Error e) {
            unfinished.compareAndSet(mine, null);
            throw e;
        }
    }
}
