// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ThreadLoopTest {
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final ThreadLoop loop =
            new ThreadLoop("test", (task, cause) -> failures.add(task + ": " + cause.getMessage()));

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void tasksRunOnOneThreadInTheOrderOfTheCalls() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            loop.execute(() -> order.add(number));
        }
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {}, loop);

        assertThat(done).succeedsWithin(Duration.ofSeconds(5));
        assertThat(order).isSorted().hasSize(1_000);
    }

    @Test
    void whatATaskThrowsIsReportedAndTheLoopGoesOn() {
        loop.execute(() -> {
            throw new IllegalStateException("scripted");
        });
        loop.execute(() -> {
            throw new AssertionError("scripted error");
        });
        CompletableFuture<Void> next = CompletableFuture.runAsync(() -> {}, loop);

        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
        assertThat(failures).containsExactly("test: scripted", "test: scripted error");
    }

    @Test
    void aRecurringTaskThatThrowsRunsAgain() {
        AtomicInteger runs = new AtomicInteger();
        loop.every(Duration.ofMillis(1), () -> {
            if (runs.incrementAndGet() <= 2) {
                throw new IllegalStateException("scripted");
            }
        });

        await().until(() -> runs.get() > 5);
        assertThat(failures).hasSize(2);
    }

    @Test
    void nothingRunsAfterTheEnd() {
        loop.close();
        loop.execute(() -> failures.add("ran"));
        loop.schedule(Duration.ZERO, () -> failures.add("ran"));

        await().during(Duration.ofMillis(100)).until(failures::isEmpty);
    }
}
