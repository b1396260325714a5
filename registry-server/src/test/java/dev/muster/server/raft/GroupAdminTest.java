// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.replica.Peer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class GroupAdminTest {
    private static final List<Peer> PEERS = List.of(peer("n1"), peer("n2"), peer("n3"));

    private final BlockingQueue<CompletableFuture<Void>> attempts = new LinkedBlockingQueue<>();

    @Test
    void nextIsTriedOnAnotherThreadThanTheOneThatTellsOfTheFailure() throws Exception {
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        CompletableFuture<Void> done = GroupAdmin.tryEach(PEERS, peer -> {
            threads.add(Thread.currentThread());
            return attempt();
        });
        assertThat(threads.take()).isSameAs(Thread.currentThread());
        next().completeExceptionally(new IllegalStateException("it sleeps"));
        assertThat(threads.poll(10, TimeUnit.SECONDS)).isNotNull().isNotSameAs(Thread.currentThread());
        next().complete(null);
        done.get(10, TimeUnit.SECONDS);
        assertThat(threads).isEmpty();
    }

    @Test
    void failsAsTheLastOneDoes() throws Exception {
        CompletableFuture<Void> done = GroupAdmin.tryEach(PEERS, peer -> attempt());
        for (int i = 0; i < PEERS.size(); i++) {
            next().completeExceptionally(new IllegalStateException("failure " + i));
        }
        assertThatThrownBy(() -> done.get(10, TimeUnit.SECONDS))
                .hasMessageContaining("no other node could take over")
                .hasMessageContaining("failure 2");
    }

    @Test
    void whatIsHandedOnComesRoundToAll() {
        assertThat(GroupAdmin.beginningBehind("n1", PEERS)).containsExactly(peer("n2"), peer("n3"));
        assertThat(GroupAdmin.beginningBehind("n2", PEERS)).containsExactly(peer("n3"), peer("n1"));
        assertThat(GroupAdmin.beginningBehind("n3", PEERS)).containsExactly(peer("n1"), peer("n2"));
    }

    private CompletableFuture<Void> attempt() {
        CompletableFuture<Void> attempt = new CompletableFuture<>();
        attempts.add(attempt);
        return attempt;
    }

    private CompletableFuture<Void> next() throws InterruptedException {
        CompletableFuture<Void> next = attempts.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static Peer peer(String name) {
        return new Peer(name, "disk", "127.0.0.1:1", "127.0.0.1:2");
    }
}
