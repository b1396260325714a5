// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets callers wait, for a while, until it is clear who serves writes: this node, ready, or another one at a known
 * address. Thread-safe; nothing blocks.
 */
final class KnownLeader implements ReplicaListener {
    /** Longer than an election, shorter than the patience of a caller. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Replica replica;
    private final Executor executor;
    private final Map<Long, CompletableFuture<Leadership>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong waits = new AtomicLong();

    private KnownLeader(Replica replica, Executor executor) {
        this.replica = replica;
        this.executor = executor;
    }

    /** Follows the replica; waiting callers go on in the executor. */
    static KnownLeader of(Replica replica, Executor executor) {
        KnownLeader leader = new KnownLeader(replica, executor);
        replica.addListener(leader);
        return leader;
    }

    Leadership now() {
        return replica.leadership();
    }

    boolean isKnown() {
        return isKnown(now());
    }

    /** Whether this node was elected and will be ready soon. */
    boolean isBecoming() {
        Leadership now = now();
        return !now.leads() && now.leader().equals(replica.node());
    }

    /** Completes when the leader is known, or when patience ends, with what is known then. */
    CompletableFuture<Leadership> await() {
        if (isKnown()) {
            return CompletableFuture.completedFuture(now());
        }
        CompletableFuture<Leadership> known = new CompletableFuture<>();
        long wait = waits.incrementAndGet();
        waiting.put(wait, known);
        var unused = known.whenComplete((leadership, failure) -> waiting.remove(wait));
        if (isKnown()) {
            known.complete(now());
        }
        return known.completeOnTimeout(Leadership.unknown(now().term()), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(leadership -> now(), executor);
    }

    @Override
    public void onLeadership(Leadership leadership) {
        if (isKnown(leadership)) {
            waiting.values().forEach(known -> known.complete(leadership));
        }
    }

    private boolean isKnown(Leadership leadership) {
        return leadership.leads()
                || (!leadership.leaderAddress().isEmpty()
                        && !leadership.leader().equals(replica.node()));
    }
}
