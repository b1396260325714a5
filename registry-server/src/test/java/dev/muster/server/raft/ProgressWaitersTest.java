// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class ProgressWaitersTest {
    private long progress = 5;
    private final ProgressWaiters waiters = new ProgressWaiters(() -> progress);

    @Test
    void whatIsReachedIsNotWaitedFor() {
        assertThat(waiters.await(5)).isCompleted();
        assertThat(waiters.size()).isZero();
    }

    @Test
    void waitersAreReleasedInTheirOrder() {
        CompletableFuture<Void> eight = waiters.await(8);
        CompletableFuture<Void> seven = waiters.await(7);
        waiters.applied(7);
        assertThat(seven).isCompleted();
        assertThat(eight).isNotDone();
        waiters.applied(8);
        assertThat(eight).isCompleted();
    }

    @Test
    void whoGaveUpIsForgotten() {
        CompletableFuture<Void> far = waiters.await(1_000_000);
        CompletableFuture<Void> near = waiters.await(7);
        far.completeExceptionally(new TimeoutException());
        assertThat(waiters.size()).isEqualTo(1);
        waiters.applied(7);
        assertThat(near).isCompleted();
    }
}
