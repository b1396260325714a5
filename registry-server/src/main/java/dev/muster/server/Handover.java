// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leadership that is to leave this node, but must not go round and round when no node is better: it is handed over once
 * a minute at most, or again after five seconds when that failed.
 * Thread-safe.
 */
final class Handover {
    private static final Duration NEXT = Duration.ofMinutes(1);
    private static final Duration NEXT_TRY = Duration.ofSeconds(5);

    private final BooleanSupplier leads;
    private final Supplier<CompletableFuture<Void>> transfer;
    private final LongSupplier nanos;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private @Nullable Long lastAt;

    /** {@code transfer} hands leadership to any other node; ends when another leads, or fails. */
    Handover(BooleanSupplier leads, Supplier<CompletableFuture<Void>> transfer, LongSupplier nanos) {
        this.leads = leads;
        this.transfer = transfer;
        this.nanos = nanos;
    }

    /** Hands it over, if this node has it and it is not too soon. */
    synchronized void ifLeading() {
        if (leads.getAsBoolean() && isTime()) {
            lastAt = nanos.getAsLong();
            last = transfer.get();
        }
    }

    private boolean isTime() {
        Duration pause = last.isCompletedExceptionally() ? NEXT_TRY : NEXT;
        return lastAt == null || nanos.getAsLong() - lastAt > pause.toNanos();
    }
}
