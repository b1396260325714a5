// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** How a blocking method waits for its asynchronous twin. Stateless. */
final class Blocking {
    private Blocking() {}

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

    private static RuntimeException withStackOfCaller(Throwable failure) {
        if (failure instanceof MusterException known) {
            return new MusterException(known.reason(), known.fate(), known.detail(), known.incarnation(), known);
        }
        return new IllegalStateException("a call failed in an unforeseen way; please report this", failure);
    }
}
