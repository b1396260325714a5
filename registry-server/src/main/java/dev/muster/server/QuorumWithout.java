// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.replica.Peer;
import dev.muster.server.storage.Identity;
import dev.muster.v1.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds out whether a cluster serves without a node, so that nothing on that one's disk is needed: a majority of its
 * members has a leader, and by Raft's leader completeness (Ongaro and Ousterhout, 2014, section 5.4) that one has
 * everything that was ever committed. For the starting thread, which it blocks.
 */
final class QuorumWithout {
    private static final int LOOKS = 10;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Identity self;
    private final List<Peer> members;
    private final Function<String, CompletableFuture<StatusResponse>> status;

    /** {@code members} are all of the cluster; {@code status} asks the one at host:port. */
    QuorumWithout(Identity self, List<Peer> members, Function<String, CompletableFuture<StatusResponse>> status) {
        this.self = self;
        this.members = members;
        this.status = status;
    }

    /** Whether it does, or begins to within some ten seconds. */
    boolean serves() throws InterruptedException {
        for (int look = 1; !servesNow(); look++) {
            if (look == LOOKS) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
        }
        return true;
    }

    private boolean servesNow() {
        List<CompletableFuture<Boolean>> others = members.stream()
                .filter(member -> !member.node().equals(self.node()))
                .map(member -> status.apply(member.clientAddress())
                        .handle((answer, failure) -> failure == null && serves(member, answer)))
                .toList();
        return others.stream().filter(CompletableFuture::join).count() >= members.size() / 2 + 1;
    }

    private boolean serves(Peer member, StatusResponse answer) {
        return answer.getReady()
                && answer.getClusterId().equals(self.clusterId())
                && answer.getNode().equals(member.node());
    }
}
