// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
    private final Function<String, CompletableFuture<Void>> transfer;
    private final LongSupplier nanos;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private @Nullable Long lastAt;

    /** {@code transfer} hands leadership to the named node, to any other for an empty name; ends when it leads, or fails. */
    Handover(BooleanSupplier leads, Function<String, CompletableFuture<Void>> transfer, LongSupplier nanos) {
        this.leads = leads;
        this.transfer = transfer;
        this.nanos = nanos;
    }

    /** Hands it to any other node, if this one has it and it is not too soon. */
    void ifLeading() {
        ifLeading("");
    }

    /** Hands it to that node, if this one has it and it is not too soon. */
    synchronized void ifLeading(String to) {
        if (leads.getAsBoolean() && isTime()) {
            lastAt = nanos.getAsLong();
            last = transfer.apply(to);
        }
    }

    private boolean isTime() {
        Duration pause = last.isCompletedExceptionally() ? NEXT_TRY : NEXT;
        return lastAt == null || nanos.getAsLong() - lastAt > pause.toNanos();
    }
}
