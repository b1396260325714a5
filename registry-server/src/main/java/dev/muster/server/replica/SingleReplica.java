// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.Outcome;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * A replica of one node without a log: for tests, and for a registry inside a test's own process. What it acknowledged
 * is gone with the process; in everything else it keeps the promises of {@link Replica}. Thread-safe.
 *
 * <p>Commands and changes of leadership go through one queue that the executor works off, one batch after another.
 */
public final class SingleReplica implements Replica {
    private record Waiting(long revision, CompletableFuture<Void> reached) {}

    private final Peer self;
    private final Genesis genesis;
    private final LongSupplier wallMillis;
    private final Executor executor;

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final List<ReplicaListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    private volatile Located located = new Located(RegistryState.empty(), 0, 0);
    private volatile Leadership leadership = Leadership.unknown(0);
    private volatile boolean closed;

    private SingleReplica(Peer self, Genesis genesis, LongSupplier wallMillis, Executor executor) {
        this.self = self;
        this.genesis = genesis;
        this.wallMillis = wallMillis;
        this.executor = executor;
    }

    /**
     * Starts a replica that leads from the first moment on.
     *
     * @param self how it appears among the members
     * @param genesis identity and settings of the registry
     * @param wallMillis the clock that stamps commands, milliseconds since 1970
     * @param executor works off the queue; on the caller's thread when it is {@code Runnable::run}
     */
    public static SingleReplica start(Peer self, Genesis genesis, LongSupplier wallMillis, Executor executor) {
        SingleReplica replica = new SingleReplica(self, genesis, wallMillis, executor);
        replica.lead().join();
        return replica;
    }

    /** Begins a new term with this node as the leader. Completes when it leads. */
    public CompletableFuture<Void> lead() {
        CompletableFuture<Void> leads = new CompletableFuture<>();
        enqueue(() -> {
            long term = leadership.term() + 1;
            TermStarted started = TermStarted.newBuilder()
                    .setNode(self.node())
                    .setGenesis(genesis)
                    .build();
            apply(stamp(Command.newBuilder().setTermStarted(started).build(), term));
            setLeadership(new Leadership(true, term, self.node(), self.clientAddress()));
            leads.complete(null);
        });
        return leads;
    }

    /**
     * Takes leadership away from this node, as if another one had won an election; empty names mean that nobody did yet.
     * Completes when it is done; what was queued before is done, what comes later is refused.
     */
    public CompletableFuture<Void> loseLeadership(String leader, String leaderAddress) {
        CompletableFuture<Void> lost = new CompletableFuture<>();
        enqueue(() -> {
            setLeadership(new Leadership(false, leadership.term() + 1, leader, leaderAddress));
            lost.complete(null);
        });
        return lost;
    }

    @Override
    public String node() {
        return self.node();
    }

    @Override
    public RegistryState state() {
        return located.state();
    }

    @Override
    public Located located() {
        return located;
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public CompletableFuture<Result> submit(Command command) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        enqueue(() -> {
            if (leadership.leads()) {
                long fence = command.getStamp().getTerm();
                result.complete(apply(stamp(command, fence == 0 ? leadership.term() : fence)));
            } else {
                result.completeExceptionally(notLeader());
            }
        });
        return result;
    }

    @Override
    public CompletableFuture<Void> linearize() {
        return confirmLeadership();
    }

    @Override
    public CompletableFuture<Void> confirmLeadership() {
        CompletableFuture<Void> confirmed = new CompletableFuture<>();
        enqueue(() -> {
            if (leadership.leads()) {
                confirmed.complete(null);
            } else {
                confirmed.completeExceptionally(notLeader());
            }
        });
        return confirmed;
    }

    @Override
    public CompletableFuture<Void> awaitRevision(long revision) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        if (state().revision() >= revision) {
            reached.complete(null);
        } else {
            enqueue(() -> {
                waiting.add(new Waiting(revision, reached));
                wakeWaiting();
            });
        }
        return reached;
    }

    @Override
    public void addListener(ReplicaListener listener) {
        listeners.add(listener);
    }

    @Override
    public Progress progress() {
        long index = located.index();
        return new Progress(index, index, 0);
    }

    @Override
    public List<Peer> members() {
        return List.of(self);
    }

    @Override
    public CompletableFuture<Void> join(Peer peer) {
        return CompletableFuture.failedFuture(single("takes no other members"));
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String node) {
        return CompletableFuture.failedFuture(single("has no other member that could lead"));
    }

    @Override
    public CompletableFuture<SnapshotTaken> takeSnapshot() {
        return CompletableFuture.failedFuture(single("keeps nothing on disk"));
    }

    @Override
    public void close() {
        closed = true;
        enqueue(() -> setLeadership(Leadership.unknown(leadership.term())));
    }

    private void enqueue(Runnable task) {
        queue.add(task);
        if (queued.getAndIncrement() == 0) {
            executor.execute(this::workOff);
        }
    }

    private void workOff() {
        int done = 1;
        do {
            Runnable task = queue.poll();
            if (task != null) {
                task.run();
            }
            done = queued.addAndGet(-1);
        } while (done != 0);
    }

    private Result apply(Command command) {
        Located before = located;
        Outcome outcome = Registry.apply(before.state(), command);
        for (ReplicaListener listener : listeners) {
            listener.onEvents(outcome.events());
        }
        located = new Located(outcome.state(), command.getStamp().getTerm(), before.index() + 1);
        if (outcome.state().revision() != before.state().revision()) {
            wakeWaiting();
        }
        for (ReplicaListener listener : listeners) {
            listener.onApplied(outcome.state());
        }
        return outcome.result();
    }

    private Command stamp(Command command, long term) {
        Stamp.Builder own = command.getStamp().toBuilder().setTimeMillis(wallMillis.getAsLong());
        if (own.getTerm() == 0) {
            own.setTerm(term);
        }
        return command.toBuilder().setStamp(own).build();
    }

    private void setLeadership(Leadership now) {
        leadership = now;
        for (ReplicaListener listener : listeners) {
            listener.onLeadership(now);
        }
    }

    private void wakeWaiting() {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
            Waiting next = all.next();
            if (state().revision() >= next.revision()) {
                next.reached().complete(null);
            }
            if (next.reached().isDone()) {
                all.remove();
            }
        }
    }

    private ReplicaException notLeader() {
        return closed
                ? ReplicaException.of(Reason.REASON_UNAVAILABLE, "node " + node() + " is closed; ask another one")
                : ReplicaException.notLeader(node(), leadership.leaderAddress());
    }

    private ReplicaException single(String why) {
        return ReplicaException.of(Reason.REASON_UNSUPPORTED, "node " + node() + " stands alone: it " + why);
    }
}
