// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.storage.DiskSpace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DiskWatchTest {
    private static final long RESERVE = 400L << 20;

    private final List<String> done = new ArrayList<>();
    private long free = RESERVE;
    private long nanos;
    private boolean leads;
    private CompletableFuture<Void> handOver = CompletableFuture.completedFuture(null);
    private final DiskWatch watch = new DiskWatch(
            new DiskSpace(Path.of("/data"), RESERVE, () -> free),
            new DiskWatch.Node() {
                @Override
                public void refuseWrites(Optional<String> why) {
                    done.add(why.isPresent() ? "refuse" : "take");
                }

                @Override
                public void report(String text) {
                    done.add("report");
                }

                @Override
                public void end(String why) {
                    done.add("end");
                }
            },
            new Handover(() -> leads, to -> handOver(), () -> nanos));

    @Test
    void nothingIsDoneWhileThereIsRoom() {
        watch.look();
        assertThat(done).isEmpty();
    }

    @Test
    void writesAreRefusedOnceAndTakenAgainWhenThereIsRoom() {
        free = RESERVE - 1;
        watch.look();
        watch.look();
        assertThat(done).containsExactly("refuse", "report");
        free = RESERVE;
        watch.look();
        assertThat(done).as("a little more is not enough").hasSize(2);
        free = RESERVE + RESERVE / 8;
        watch.look();
        watch.look();
        assertThat(done).containsExactly("refuse", "report", "take", "report");
    }

    @Test
    void leadershipIsHandedOverAlsoWhenItComesLater() {
        free = RESERVE - 1;
        watch.look();
        leads = true;
        watch.look();
        assertThat(done).containsExactly("refuse", "report", "hand over");
    }

    @Test
    void leadershipDoesNotGoRoundAndRoundWhenAllDisksAreLow() {
        free = RESERVE - 1;
        leads = true;
        watch.look();
        nanos += Duration.ofSeconds(59).toNanos();
        watch.look();
        assertThat(done).containsOnlyOnce("hand over");
        nanos += Duration.ofSeconds(2).toNanos();
        watch.look();
        assertThat(done).endsWith("hand over");
    }

    @Test
    void handOverThatFailsIsTriedAgainSoon() {
        free = RESERVE - 1;
        leads = true;
        handOver = CompletableFuture.failedFuture(new IllegalStateException("nobody is up to date"));
        watch.look();
        nanos += Duration.ofSeconds(6).toNanos();
        watch.look();
        assertThat(done).containsExactly("refuse", "report", "hand over", "hand over");
    }

    @Test
    void nodeEndsBeforeItsDiskIsFull() {
        free = RESERVE / 4 - 1;
        watch.look();
        assertThat(done).containsExactly("end");
    }

    private CompletableFuture<Void> handOver() {
        done.add("hand over");
        return handOver;
    }
}
