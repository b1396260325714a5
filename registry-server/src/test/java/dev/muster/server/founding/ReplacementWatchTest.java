// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.founding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class ReplacementWatchTest {
    private static final List<Peer> PEERS =
            List.of(new Peer("n1", "", "h1:2", "h1:1"), new Peer("n2", "", "h2:2", "h2:1"));

    private final Identity old = new Identity("n1", "old", "c", "cluster", Identity.Phase.MEMBER, List.of());
    private final List<String> replacedBy = new ArrayList<>();

    @Test
    void leaderThatKnowsAnotherDiskOfThisNameReplacedThisOne() {
        look(answer(true, "cluster", "new"));
        assertThat(replacedBy).containsExactly("new");
    }

    @Test
    void onlyTheLeaderOfTheSameClusterIsBelieved() {
        look(answer(false, "cluster", "new"));
        look(answer(true, "other", "new"));
        assertThat(replacedBy).isEmpty();
    }

    @Test
    void memberStays() {
        look(answer(true, "cluster", "old"));
        assertThat(replacedBy).isEmpty();
    }

    private void look(IdentifyResponse answer) {
        Introductions introductions = new Introductions() {
            @Override
            public CompletableFuture<IdentifyResponse> identify(String address, IdentifyRequest request) {
                return CompletableFuture.completedFuture(answer);
            }

            @Override
            public CompletableFuture<Void> join(String address, JoinRequest request) {
                return CompletableFuture.completedFuture(null);
            }
        };
        new ReplacementWatch(old, PEERS, introductions, replacedBy::add).look();
    }

    private static IdentifyResponse answer(boolean leads, String cluster, String storageIdOfNodeOne) {
        return IdentifyResponse.newBuilder()
                .setNode("n2")
                .setClusterId(cluster)
                .setLeads(leads)
                .addMembers(
                        dev.muster.internal.v1.Peer.newBuilder().setNode("n1").setStorageId(storageIdOfNodeOne))
                .addMembers(
                        dev.muster.internal.v1.Peer.newBuilder().setNode("n2").setStorageId("s2"))
                .build();
    }
}
