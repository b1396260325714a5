// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is done with futures: waiting for them, hearing of them, and showing them to users. Stateless. */
final class Futures {
    private Futures() {}

    /** The future's value, or its failure with the stack of the caller. */
    static <T> T await(CompletableFuture<T> future, Loop loop) {
        if (loop.inLoop()) {
            throw new IllegalStateException(
                    "a blocking call on the client's own thread would never return (expected: the"
                            + " method with the suffix Async, or a dependent on an executor of the caller's)");
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            future.cancel(false);
            throw new MusterException(
                    Reason.UNKNOWN_OUTCOME, Fate.UNKNOWN, "interrupted while waiting for the registry", 0, e);
        } catch (ExecutionException e) {
            throw withStackOfCaller(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Calls the listener with the value or the failure when the future is done. */
    static <T> void whenDone(
            CompletableFuture<T> future, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> listener) {
        var unused = future.whenComplete(listener);
    }

    /** Completes the second as the first is completed. */
    static <T> void pass(CompletableFuture<T> from, CompletableFuture<T> to) {
        whenDone(from, (value, failure) -> {
            if (value == null) {
                to.completeExceptionally(failure == null ? new IllegalStateException("no value") : failure);
            } else {
                to.complete(value);
            }
        });
    }

    /** The future as its user sees it: a failure is bare, and cancelling it cancels nothing of the client's. */
    static <T, R> CompletableFuture<R> shown(CompletableFuture<T> inner, Function<T, R> result) {
        CompletableFuture<R> outer = new CompletableFuture<>();
        whenDone(inner, (value, failure) -> {
            if (value == null) {
                outer.completeExceptionally(failure == null ? new IllegalStateException("no value") : failure);
            } else {
                complete(outer, value, result);
            }
        });
        return outer;
    }

    private static <T, R> void complete(CompletableFuture<R> outer, T value, Function<T, R> result) {
        try {
            outer.complete(result.apply(value));
        } catch (RuntimeException e) {
            outer.completeExceptionally(new MusterException(
                    Reason.INTERNAL,
                    Fate.APPLIED,
                    "the registry answered what this client does not understand: " + e.getMessage(),
                    0,
                    e));
        }
    }

    /** The failure of a call, with the stack of its caller. */
    static RuntimeException withStackOfCaller(Throwable failure) {
        if (failure instanceof MusterException known) {
            return new MusterException(known.reason(), known.fate(), known.detail(), known.incarnation(), known);
        }
        return new IllegalStateException("a call failed in an unforeseen way; please report this", failure);
    }
}
