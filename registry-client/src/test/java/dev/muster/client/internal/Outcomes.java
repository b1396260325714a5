// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How tests wait for futures: not for long. */
final class Outcomes {
    private Outcomes() {}

    /** The value of the future. */
    static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(FakeNode.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Why the future failed. */
    static MusterException failure(CompletableFuture<?> future) {
        try {
            Object value = future.get(FakeNode.PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("it did not fail but said " + value);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MusterException failure) {
                return failure;
            }
            throw new AssertionError("it failed otherwise", e);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("it is not done within " + FakeNode.PATIENCE_SECONDS + " s", e);
        }
    }
}
