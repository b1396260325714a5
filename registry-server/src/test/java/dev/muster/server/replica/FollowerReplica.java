// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A second node that follows a {@link SingleReplica}, and that a test can keep behind or without a leader. */
public final class FollowerReplica implements Replica {
    private record Waiting(long revision, CompletableFuture<Void> reached) {}

    private final String node;
    private final SingleReplica leader;
    private final List<ReplicaListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private volatile RegistryState state;
    private volatile Leadership leadership;
    private volatile boolean behind;
    private volatile Runnable afterRead = () -> {};

    /** Follows the leader, whose client port is at the address. */
    public FollowerReplica(String node, SingleReplica leader, String leaderAddress) {
        this.node = node;
        this.leader = leader;
        this.state = leader.state();
        this.leadership = new Leadership(false, 1, leader.node(), leaderAddress);
        leader.addListener(new ReplicaListener() {
            @Override
            public void onApplied(RegistryState applied) {
                if (!behind) {
                    take(applied);
                }
            }
        });
    }

    /** From now on nothing new is applied here. */
    public void stayBehind() {
        behind = true;
    }

    /** Applies what the leader has, and what comes. */
    public void catchUp() {
        behind = false;
        take(leader.state());
    }

    /** What this node knows of who leads. */
    public void know(Leadership now) {
        leadership = now;
        listeners.forEach(listener -> listener.onLeadership(now));
    }

    @Override
    public String node() {
        return node;
    }

    /** Runs it each time after the state was read: others go on between two looks. */
    public void afterEachRead(Runnable task) {
        afterRead = task;
    }

    @Override
    public RegistryState state() {
        RegistryState read = state;
        afterRead.run();
        return read;
    }

    @Override
    public Located located() {
        return new Located(state, leadership.term(), state.revision());
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public CompletableFuture<Result> submit(Command command) {
        return CompletableFuture.failedFuture(ReplicaException.notLeader(node, leadership.leaderAddress()));
    }

    @Override
    public CompletableFuture<Void> linearize() {
        return confirmLeadership();
    }

    @Override
    public CompletableFuture<Void> confirmLeadership() {
        return CompletableFuture.failedFuture(ReplicaException.notLeader(node, leadership.leaderAddress()));
    }

    @Override
    public synchronized CompletableFuture<Void> awaitRevision(long revision) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        if (state.revision() >= revision) {
            reached.complete(null);
        } else {
            waiting.add(new Waiting(revision, reached));
        }
        return reached;
    }

    @Override
    public void addListener(ReplicaListener listener) {
        listeners.add(listener);
    }

    @Override
    public Progress progress() {
        return leader.progress();
    }

    @Override
    public List<Peer> members() {
        return List.of(leader.members().get(0), new Peer(node, "disk-2", "", ""));
    }

    @Override
    public CompletableFuture<Void> join(Peer peer) {
        return CompletableFuture.failedFuture(ReplicaException.notLeader(node, leadership.leaderAddress()));
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String to) {
        return CompletableFuture.failedFuture(ReplicaException.notLeader(node, leadership.leaderAddress()));
    }

    @Override
    public CompletableFuture<SnapshotTaken> takeSnapshot() {
        return CompletableFuture.completedFuture(new SnapshotTaken(1, state.revision(), 1));
    }

    @Override
    public void close() {}

    private synchronized void take(RegistryState applied) {
        state = applied;
        for (Waiting next : List.copyOf(waiting)) {
            if (applied.revision() >= next.revision()) {
                waiting.remove(next);
                next.reached().complete(null);
            }
        }
        listeners.forEach(listener -> listener.onApplied(applied));
    }
}
