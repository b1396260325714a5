// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A replica whose barriers and submits a test can hold back, fail or make throw. Otherwise the one it wraps. */
public final class ScriptedReplica implements Replica {
    private final Replica real;
    private final List<Command> submitted = new ArrayList<>();
    private final List<CompletableFuture<Void>> heldBarriers = new ArrayList<>();
    private final Queue<CompletableFuture<Result>> scriptedResults = new ArrayDeque<>();
    private boolean holdBarriers;
    private int throwingCalls;
    private int barriers;

    public ScriptedReplica(Replica real) {
        this.real = real;
    }

    /** From now on barriers wait for {@link #releaseBarriers}. */
    public void holdBarriers() {
        holdBarriers = true;
    }

    /** All held barriers succeed, and later ones again do by themselves. */
    public void releaseBarriers() {
        holdBarriers = false;
        List<CompletableFuture<Void>> held = List.copyOf(heldBarriers);
        heldBarriers.clear();
        held.forEach(barrier -> barrier.complete(null));
    }

    /** The next submit does not reach the real replica and is answered by the future. */
    public void answerNextSubmit(CompletableFuture<Result> answer) {
        scriptedResults.add(answer);
    }

    /** So many calls of state, submit or linearize throw. */
    public void throwNext(int calls) {
        throwingCalls = calls;
    }

    public List<Command> submitted() {
        return submitted;
    }

    public int barriers() {
        return barriers;
    }

    @Override
    public String node() {
        return real.node();
    }

    @Override
    public RegistryState state() {
        maybeThrow();
        return real.state();
    }

    @Override
    public Located located() {
        maybeThrow();
        return real.located();
    }

    @Override
    public Leadership leadership() {
        return real.leadership();
    }

    @Override
    public CompletableFuture<Result> submit(Command command) {
        maybeThrow();
        submitted.add(command);
        CompletableFuture<Result> scripted = scriptedResults.poll();
        return scripted == null ? real.submit(command) : scripted;
    }

    @Override
    public CompletableFuture<Void> linearize() {
        return confirmLeadership();
    }

    @Override
    public CompletableFuture<Void> confirmLeadership() {
        maybeThrow();
        barriers++;
        if (!holdBarriers) {
            return real.confirmLeadership();
        }
        CompletableFuture<Void> barrier = new CompletableFuture<>();
        heldBarriers.add(barrier);
        return barrier;
    }

    @Override
    public CompletableFuture<Void> awaitRevision(long revision) {
        return real.awaitRevision(revision);
    }

    @Override
    public void addListener(ReplicaListener listener) {
        real.addListener(listener);
    }

    @Override
    public Progress progress() {
        return real.progress();
    }

    @Override
    public List<Peer> members() {
        return real.members();
    }

    @Override
    public CompletableFuture<Void> join(Peer peer) {
        return real.join(peer);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String node) {
        return real.transferLeadership(node);
    }

    @Override
    public CompletableFuture<SnapshotTaken> takeSnapshot() {
        return real.takeSnapshot();
    }

    @Override
    public void close() {
        real.close();
    }

    private void maybeThrow() {
        if (throwingCalls > 0) {
            throwingCalls--;
            throw new IllegalStateException("scripted defect");
        }
    }
}
