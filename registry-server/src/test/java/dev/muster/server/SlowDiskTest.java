// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SlowDiskTest {
    private final List<String> done = new ArrayList<>();
    private int own = 300;
    private final SlowDisk disk = new SlowDisk(() -> own, new Handover(() -> true, this::handOver, () -> 0), text -> {
        done.add("report");
    });

    @Test
    void leadershipGoesToTheFastestDisk() {
        disk.look(Map.of("n2", 5, "n3", 4, "n4", 0));
        disk.look(Map.of("n2", 5, "n3", 4, "n4", 0));
        assertThat(done).containsExactly("report", "hand over to n3");
    }

    @Test
    void leadershipStaysWhereAllDisksAreSlow() {
        disk.look(Map.of("n2", 76, "n3", 280));
        assertThat(done).isEmpty();
        disk.look(Map.of("n2", 75, "n3", 280));
        assertThat(done).containsExactly("report", "hand over to n2");
    }

    @Test
    void leadershipStaysOnADiskThatIsFastEnough() {
        own = SlowDisk.SLOW_MILLIS - 1;
        disk.look(Map.of("n2", 1));
        assertThat(done).isEmpty();
    }

    @Test
    void whatIsNotKnownIsNoReason() {
        disk.look(Map.of("n2", 0));
        disk.look(Map.of());
        own = 0;
        disk.look(Map.of("n2", 1));
        assertThat(done).isEmpty();
    }

    private CompletableFuture<Void> handOver(String to) {
        done.add("hand over to " + to);
        return CompletableFuture.completedFuture(null);
    }
}
