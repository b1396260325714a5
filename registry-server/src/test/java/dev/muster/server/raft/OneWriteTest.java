// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class OneWriteTest {
    private final OneWrite writes = new OneWrite();
    private final CompletableFuture<String> disk = new CompletableFuture<>();

    @Test
    void secondWriteIsRefusedUntilTheFirstIsFinished() throws IOException {
        CompletableFuture<String> first = writes.one(() -> disk);
        assertThatThrownBy(() -> writes.one(() -> CompletableFuture.completedFuture("second")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("still writes");
        disk.complete("first");
        assertThat(first).isCompletedWithValue("first");
        assertThat(writes.one(() -> CompletableFuture.completedFuture("second")))
                .isCompletedWithValue("second");
    }

    @Test
    void whoHearsOfTheEndMayBeginTheNext() throws IOException {
        CompletableFuture<String> next = writes.one(() -> disk).thenCompose(done -> {
            try {
                return writes.one(() -> CompletableFuture.completedFuture("next"));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
        disk.complete("first");
        assertThat(next).isCompletedWithValue("next");
    }

    @Test
    void writeThatFailsOrNeverBeganIsFinished() throws IOException {
        CompletableFuture<String> failed = writes.one(() -> disk);
        disk.completeExceptionally(new IOException("no space"));
        assertThat(failed).isCompletedExceptionally();
        assertThatThrownBy(() -> writes.one(() -> {
                    throw new IOException("closing");
                }))
                .hasMessage("closing");
        assertThat(writes.one(() -> CompletableFuture.completedFuture("third"))).isCompletedWithValue("third");
    }
}
