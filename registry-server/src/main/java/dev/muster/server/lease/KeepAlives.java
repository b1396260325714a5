// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.lease;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.task.Loop;
import dev.muster.v1.KeepAliveResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes keep-alives at the leader and acknowledges them in batches. An acknowledged keep-alive holds: the lease was
 * renewed from its arrival on, and a majority followed this leader after that, so a later leader gives it its full time
 * anew. Thread-safe; the work is done on the loop.
 *
 * <p>What arrives within {@link #WINDOW} shares one barrier, begun after all of it arrived. A lease with a command on
 * the way waits for the outcome; a held lease is resumed first.
 */
public final class KeepAlives {
    static final Duration WINDOW = Duration.ofMillis(50);

    /** Nothing waits longer than this for a look, even if a look threw. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private record Call(List<Long> leases, long term, CompletableFuture<KeepAliveResponse> reply) {}

    private final Replica replica;
    private final LeaseReaper reaper;
    private final Loop loop;
    private final Queue<Call> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean roundQueued = new AtomicBoolean();

    /** Confirmed calls that wait for the outcome of a command about one of their leases. */
    private final Set<Call> parked = new LinkedHashSet<>();

    private KeepAlives(Replica replica, LeaseReaper reaper, Loop loop) {
        this.replica = replica;
        this.reaper = reaper;
        this.loop = loop;
    }

    /** Takes keep-alives for the leases of this reaper, whose loop it shares. */
    public static KeepAlives start(Replica replica, LeaseReaper reaper, Loop loop) {
        KeepAlives keepAlives = new KeepAlives(replica, reaper, loop);
        loop.execute(() -> reaper.onSettled(keepAlives::examineParked));
        loop.every(LOOK_AGAIN, keepAlives::examineParked);
        return keepAlives;
    }

    /**
     * Renews the leases as of now. Completes once a majority confirmed that this node still leads; the answer names the
     * leases that do not exist. Fails with NOT_LEADER or UNAVAILABLE: then nothing is promised.
     */
    public CompletableFuture<KeepAliveResponse> renew(List<Long> leases) {
        Leadership leadership = replica.leadership();
        if (!leadership.leads()) {
            return CompletableFuture.failedFuture(notLeader(leadership));
        }
        Call call = new Call(List.copyOf(leases), leadership.term(), new CompletableFuture<>());
        reaper.heard(call.leases(), loop.nanos());
        arrived.add(call);
        if (roundQueued.compareAndSet(false, true)) {
            loop.schedule(WINDOW, this::round);
        }
        return call.reply();
    }

    private void round() {
        roundQueued.set(false);
        List<Call> calls = new ArrayList<>();
        for (Call call = arrived.poll(); call != null; call = arrived.poll()) {
            calls.add(call);
        }
        try {
            var unused = replica.confirmLeadership()
                    .whenComplete((nothing, failure) -> loop.execute(() -> confirmed(calls, failure)));
        } catch (RuntimeException | Error failure) {
            calls.forEach(call -> call.reply().completeExceptionally(failure));
            throw failure;
        }
    }

    private void confirmed(List<Call> calls, @Nullable Throwable failure) {
        if (failure != null) {
            calls.forEach(call -> call.reply().completeExceptionally(failure));
            return;
        }
        parked.addAll(calls);
        examineParked();
    }

    private void examineParked() {
        reaper.observe();
        Set<Deadlines.Entry> held = new LinkedHashSet<>();
        for (Call call : List.copyOf(parked)) {
            if (call.term() != reaper.term()) {
                parked.remove(call);
                call.reply().completeExceptionally(notLeader(replica.leadership()));
            } else if (nothingOpen(call, held)) {
                parked.remove(call);
                call.reply().complete(answer(call));
            }
        }
        if (!held.isEmpty()) {
            reaper.resume(List.copyOf(held));
        }
    }

    private boolean nothingOpen(Call call, Set<Deadlines.Entry> held) {
        boolean open = false;
        for (long id : call.leases()) {
            Deadlines.Entry lease = reaper.lease(id);
            if (lease != null && (lease.pending() || lease.held())) {
                open = true;
                if (!lease.pending()) {
                    held.add(lease);
                }
            }
        }
        return !open;
    }

    private KeepAliveResponse answer(Call call) {
        RegistryState state = replica.state();
        KeepAliveResponse.Builder response = KeepAliveResponse.newBuilder().setHeader(state.header(0));
        for (long id : call.leases()) {
            if (state.leases().get(id) == null) {
                response.addUnknown(id);
            }
        }
        return response.build();
    }

    private ReplicaException notLeader(Leadership leadership) {
        return ReplicaException.notLeader(replica.node(), leadership.leads() ? "" : leadership.leaderAddress());
    }
}
