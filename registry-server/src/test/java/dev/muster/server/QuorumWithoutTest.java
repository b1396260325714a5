// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import dev.muster.v1.StatusResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class QuorumWithoutTest {
    private static final Identity SELF =
            new Identity("n1", "00000000000000a1", "main", "cluster-1", Identity.Phase.MEMBER, List.of());

    private final Map<String, StatusResponse> answers = new HashMap<>();

    @Test
    void allOthersOfThreeAreNeeded() throws InterruptedException {
        answer("n2", true, "cluster-1");
        answer("n3", true, "cluster-1");
        assertThat(of(3).serves()).isTrue();
    }

    @Test
    void threeOthersOfFiveAreEnough() throws InterruptedException {
        answer("n2", true, "cluster-1");
        answer("n4", true, "cluster-1");
        answer("n5", true, "cluster-1");
        assertThat(of(5).serves()).isTrue();
    }

    @Test
    void oneOfThreeIsNoMajorityWhateverElseAnswers() throws InterruptedException {
        answer("n1", true, "cluster-1");
        answer("n2", true, "cluster-1");
        answer("n3", false, "cluster-1");
        assertThat(of(3).serves()).isFalse();
    }

    @Test
    void anotherClusterDoesNotCount() throws InterruptedException {
        answer("n2", true, "cluster-1");
        answer("n3", true, "cluster-2");
        assertThat(of(3).serves()).isFalse();
    }

    private void answer(String node, boolean ready, String cluster) {
        answers.put(
                node + ":1",
                StatusResponse.newBuilder()
                        .setNode(node)
                        .setReady(ready)
                        .setClusterId(cluster)
                        .build());
    }

    private QuorumWithout of(int members) {
        return new QuorumWithout(
                SELF,
                IntStream.rangeClosed(1, members)
                        .mapToObj(i -> new Peer("n" + i, "", "n" + i + ":2", "n" + i + ":1"))
                        .toList(),
                address -> answers.containsKey(address)
                        ? CompletableFuture.completedFuture(answers.get(address))
                        : CompletableFuture.failedFuture(new IllegalStateException("silent")));
    }
}
