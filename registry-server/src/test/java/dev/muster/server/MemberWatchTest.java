// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.replica.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MemberWatchTest {
    private static final Peer N2 = new Peer("n2", "s2", "h2:7451", "h2:7450");
    private static final Peer N3 = new Peer("n3", "s3", "h3:7461", "h3:7460");

    private final List<String> reports = new ArrayList<>();
    private boolean n3Answers;
    private final MemberWatch watch = new MemberWatch(
            peer -> peer.equals(N2) || n3Answers ? CompletableFuture.completedFuture(null) : new CompletableFuture<>(),
            reports::add);

    @Test
    void memberThatDoesNotAnswerIsToldOnce() {
        look(20);
        assertThat(reports).containsExactly("HOST_GREY: node n3 has not answered at h3:7460 for 5 s");
    }

    @Test
    void newLeaderBeginsAnew() {
        look(Check.LOOKS + 1);
        watch.look(List.of());
        n3Answers = true;
        look(20);
        assertThat(reports).hasSize(1);
    }

    @Test
    void returnIsTold() {
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        MemberWatch watched = new MemberWatch(
                peer -> {
                    asked.add(new CompletableFuture<>());
                    return asked.get(asked.size() - 1);
                },
                reports::add);
        for (int i = 0; i <= Check.LOOKS; i++) {
            watched.look(List.of(N2));
        }
        for (int i = 0; i < Check.LOOKS; i++) {
            asked.get(asked.size() - 1).complete(null);
            watched.look(List.of(N2));
        }
        assertThat(reports).hasSize(2).endsWith("HOST_GREY is over: node n2 answers again");
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            watch.look(List.of(N2, N3));
        }
    }
}
