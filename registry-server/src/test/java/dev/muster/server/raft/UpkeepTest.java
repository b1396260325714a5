// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class UpkeepTest {
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final Upkeep upkeep = new Upkeep((cause, message, why) -> ends.add(cause + ": " + message));

    @AfterEach
    void close() {
        upkeep.close();
    }

    @Test
    void aTaskRunsAgainAndAgain() {
        AtomicInteger runs = new AtomicInteger();
        upkeep.every(1, "counting", runs::incrementAndGet);
        await().until(() -> runs.get() > 3);
        assertThat(ends).isEmpty();
    }

    @Test
    void theTaskThatRunsIsWaitedForAndNotInterrupted() {
        CountDownLatch runs = new CountDownLatch(1);
        CompletableFuture<String> ended = new CompletableFuture<>();
        upkeep.every(1, "writing", () -> {
            runs.countDown();
            await().until(upkeep::isClosed);
            try {
                ended.complete(new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS) ? "" : "in order");
            } catch (InterruptedException e) {
                ended.complete("interrupted");
            }
        });
        await().until(() -> runs.getCount() == 0);
        upkeep.close();

        assertThat(ended).isCompletedWithValue("in order");
    }

    @Test
    void aTaskThatThrowsEndsTheNodeAndIsNamed() {
        upkeep.every(1, "the watch", () -> {
            throw new IllegalStateException("broken");
        });
        await().until(() -> !ends.isEmpty());
        assertThat(ends.get(0)).isEqualTo("DEFECT: the watch failed: java.lang.IllegalStateException: broken");
    }

    @Test
    void aTaskThatCannotWriteEndsTheNodeAsADiskThatFails() {
        upkeep.every(1, "the mark", () -> {
            throw new IOException("no space");
        });
        await().until(() -> !ends.isEmpty());
        assertThat(ends.get(0)).startsWith("LOG_IO: the mark failed").contains("no space");
    }

    @Test
    void aStepThatThrowsAnErrorEndsTheNode() {
        upkeep.step("the start", () -> {
            throw new AssertionError("broken");
        });
        await().until(() -> !ends.isEmpty());
        assertThat(ends.get(0)).startsWith("DEFECT: the start failed");
    }

    @Test
    void aTaskForGoodThatThrowsEndsTheNode() {
        upkeep.forGood("line", "the line", () -> {
            throw new IllegalStateException("broken");
        });
        await().until(() -> !ends.isEmpty());
        assertThat(ends.get(0)).startsWith("DEFECT: the line failed").contains("broken");
    }

    @Test
    void stepsRunInTheirOrder() {
        List<Integer> seen = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            upkeep.step("step", () -> seen.add(number));
        }
        await().until(() -> seen.size() == 50);
        assertThat(seen).isSorted();
    }

    @Test
    void nothingRunsOrFailsAfterTheClose() {
        upkeep.close();
        AtomicInteger runs = new AtomicInteger();
        upkeep.every(1, "counting", runs::incrementAndGet);
        upkeep.step("counting", runs::incrementAndGet);
        upkeep.stepIn(1, "counting", runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        assertThat(ends).isEmpty();
    }
}
