// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SelfProbeTest {
    private final List<String> done = new ArrayList<>();
    private CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);
    private CompletableFuture<Void> port = CompletableFuture.completedFuture(null);
    private boolean leads;
    private final SelfProbe probe = new SelfProbe(
            List.of(new Check("the disk hangs", () -> disk), new Check("the port is silent", () -> port)),
            new SelfProbe.Node() {
                @Override
                public void standAside(Optional<String> why) {
                    done.add(why.map(text -> "aside: " + text).orElse("back"));
                }

                @Override
                public void report(String text) {
                    done.add("report");
                }
            },
            new Handover(() -> leads, to -> handOver(), () -> 0));

    @Test
    void nodeThatIsWellIsLeftAlone() {
        look(100);
        assertThat(done).isEmpty();
    }

    @Test
    void nodeWhoseDiskHangsStandsAsideAndHandsLeadershipOver() {
        leads = true;
        disk = new CompletableFuture<>();
        look(Check.LOOKS);
        assertThat(done).as("the first look only begins").isEmpty();
        look(10);
        assertThat(done).containsExactly("aside: the disk hangs for 5 s", "report", "hand over");
    }

    @Test
    void leadershipThatComesLaterIsHandedOver() {
        port = CompletableFuture.failedFuture(new IllegalStateException("refused"));
        look(Check.LOOKS + 1);
        assertThat(done).containsExactly("aside: the port is silent for 5 s: refused", "report");
        leads = true;
        look(1);
        assertThat(done).endsWith("hand over");
    }

    @Test
    void nodeTakesItselfBackWhenAllHasGoneWellForAWhile() {
        disk = new CompletableFuture<>();
        look(Check.LOOKS + 1);
        disk.complete(null);
        look(Check.LOOKS - 1);
        assertThat(done).hasSize(2);
        look(1);
        assertThat(done).endsWith("back", "report");
    }

    @Test
    void shortHangAndSingleFailuresAreNoReason() {
        for (int i = 0; i < 10; i++) {
            disk = new CompletableFuture<>();
            port = CompletableFuture.failedFuture(new IllegalStateException("refused"));
            look(Check.LOOKS - 1);
            disk.complete(null);
            disk = CompletableFuture.completedFuture(null);
            port = CompletableFuture.completedFuture(null);
            look(2);
        }
        assertThat(done).isEmpty();
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            probe.look();
        }
    }

    private CompletableFuture<Void> handOver() {
        done.add("hand over");
        return CompletableFuture.completedFuture(null);
    }
}
