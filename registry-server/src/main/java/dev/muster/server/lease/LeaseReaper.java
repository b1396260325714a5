// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.lease;

import dev.muster.core.RegistryState;
import dev.muster.core.event.EventRecord;
import dev.muster.core.event.EventRing;
import dev.muster.core.lease.Lease;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.ExpireLeases;
import dev.muster.internal.v1.ResumeLeases;
import dev.muster.internal.v1.Stamp;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.task.Loop;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The leader's duty to end leases whose owners fell silent. No lease ends before its full time has passed on the clock
 * of one leader without a word from its owner. Everything but {@link #heard} belongs to the loop.
 *
 * <p>How it holds:
 *
 * <ul>
 *   <li>It works only while this node leads, and forgets all deadlines when it does not. With each term every lease gets
 *       its full time again, so a keep-alive that an older leader acknowledged is never lost.
 *   <li>Its commands carry the term whose deadlines they come from. One that reaches the log in another term is refused.
 *   <li>New leases are found in the events since the last look, or by a full scan when the ring was outrun or the counts
 *       differ: what the events missed can neither live for ever nor end early.
 *   <li>Keep-alives wait in {@link #heard} and are counted before each decision, with the time at which they arrived.
 *   <li>Once an expiry is proposed, its lease is {@link Deadlines.Entry#pending}: nobody may acknowledge a keep-alive
 *       before the outcome is known. An unknown outcome is settled by a barrier that is ordered behind it in the log.
 *   <li>A node that did not run for a while heard nobody in that time; the lost time is given to every lease.
 * </ul>
 */
public final class LeaseReaper implements ReplicaListener {
    static final Duration TICK = Duration.ofMillis(100);
    /** A tick that is late by more than this was a stop of the whole process. */
    static final Duration STALL = Duration.ofSeconds(1);

    /** Leases in one command: far below the bound of an operation, and soon applied. */
    static final int MAX_BATCH = 1_000;

    private static final Duration RETRY = Duration.ofMillis(500);

    private record Heard(Collection<Long> leases, long arrival) {}

    private final Replica replica;
    private final Loop loop;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean observing = new AtomicBoolean();

    private final Deadlines deadlines = new Deadlines();
    private final List<Runnable> settledListeners = new ArrayList<>();
    private long term;
    private long seenEpoch;
    private long seenSequence;
    private long lastTick;

    private LeaseReaper(Replica replica, Loop loop) {
        this.replica = replica;
        this.loop = loop;
    }

    /** Starts the duty; it ends with the loop. */
    public static LeaseReaper start(Replica replica, Loop loop) {
        LeaseReaper reaper = new LeaseReaper(replica, loop);
        replica.addListener(reaper);
        loop.execute(() -> reaper.follow(replica.leadership()));
        loop.every(TICK, reaper::tick);
        return reaper;
    }

    @Override
    public void onLeadership(Leadership leadership) {
        loop.execute(() -> follow(leadership));
    }

    @Override
    public void onApplied(RegistryState state) {
        if (replica.leadership().leads() && observing.compareAndSet(false, true)) {
            loop.execute(() -> {
                observing.set(false);
                observe();
            });
        }
    }

    /** The owners of the leases were heard at that time of the loop's clock. May be called by any thread. */
    void heard(Collection<Long> leases, long arrival) {
        heard.add(new Heard(leases, arrival));
    }

    /** Calls back on the loop whenever the outcome of a command about leases is known, or leadership changed. */
    void onSettled(Runnable listener) {
        settledListeners.add(listener);
    }

    /** The term in which this node reaps, 0 when it does not. */
    long term() {
        return term;
    }

    /** The lease as the reaper sees it now, or null if it does not exist. */
    Deadlines.@Nullable Entry lease(long id) {
        return deadlines.get(id);
    }

    /** Brings the deadlines up to what was heard and applied. */
    void observe() {
        if (term != 0) {
            followLeases(replica.state());
        }
        countHeard();
    }

    /** Proposes the end of the hold of leases whose owner was heard. */
    void resume(List<Deadlines.Entry> held) {
        held.forEach(deadlines::markPending);
        for (int from = 0; from < held.size(); from += MAX_BATCH) {
            List<Deadlines.Entry> some = held.subList(from, Math.min(from + MAX_BATCH, held.size()));
            propose(
                    Command.newBuilder()
                            .setResumeLeases(ResumeLeases.newBuilder().addAllLeases(ids(some))),
                    some);
        }
    }

    private void follow(Leadership leadership) {
        long now = leadership.leads() ? leadership.term() : 0;
        if (now == term) {
            return;
        }
        term = now;
        deadlines.clear();
        heard.clear();
        if (term != 0) {
            lastTick = loop.nanos();
            scan(replica.state());
        }
        settledListeners.forEach(Runnable::run);
    }

    private void tick() {
        long now = loop.nanos();
        long late = now - lastTick - TICK.toNanos();
        lastTick = now;
        if (term == 0) {
            heard.clear();
            return;
        }
        if (late > STALL.toNanos()) {
            deadlines.extend(late);
        }
        observe();
        if (stillLeads()) {
            expire(false, now);
            expire(true, now);
        }
    }

    private boolean stillLeads() {
        Leadership leadership = replica.leadership();
        return leadership.leads() && leadership.term() == term;
    }

    private void expire(boolean holdOver, long now) {
        List<Deadlines.Entry> due = deadlines.takeDue(holdOver, now, MAX_BATCH);
        if (!due.isEmpty()) {
            propose(
                    Command.newBuilder()
                            .setExpireLeases(ExpireLeases.newBuilder()
                                    .addAllLeases(ids(due))
                                    .setHoldOver(holdOver)),
                    due);
        }
    }

    private void propose(Command.Builder command, List<Deadlines.Entry> about) {
        long proposedIn = term;
        command.setStamp(
                Stamp.newBuilder().setTerm(term).setNode(replica.node()).setPrincipal(replica.node()));
        var unused = replica.submit(command.build())
                .whenComplete((result, failure) -> loop.execute(() -> outcome(proposedIn, about, result, failure)));
    }

    private void outcome(
            long proposedIn, List<Deadlines.Entry> about, @Nullable Result result, @Nullable Throwable failure) {
        if (proposedIn != term) {
            return;
        }
        if (failure != null && unknown(failure)) {
            loop.schedule(RETRY, () -> fence(proposedIn, about));
            return;
        }
        if (failure == null && result != null && !result.hasError()) {
            settle(proposedIn, about);
        } else {
            loop.schedule(RETRY, () -> settle(proposedIn, about));
        }
    }

    private void settle(long proposedIn, List<Deadlines.Entry> about) {
        if (proposedIn == term) {
            followLeases(replica.state());
            about.forEach(deadlines::settle);
            settledListeners.forEach(Runnable::run);
        }
    }

    /** Whatever came before this barrier in the log is applied, or never will be, once the barrier is. */
    private void fence(long proposedIn, List<Deadlines.Entry> about) {
        if (proposedIn == term && stillLeads()) {
            propose(Command.newBuilder().setBarrier(Barrier.getDefaultInstance()), about);
        }
    }

    private static boolean unknown(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return !(cause instanceof ReplicaException refused)
                || refused.error().getReason() == Reason.REASON_UNKNOWN_OUTCOME;
    }

    private void countHeard() {
        for (Heard next = heard.poll(); next != null; next = heard.poll()) {
            for (long lease : next.leases()) {
                deadlines.heard(lease, next.arrival());
            }
        }
    }

    private void followLeases(RegistryState state) {
        EventRing events = state.events();
        if (state.epochId() != seenEpoch || events.firstSequence() > seenSequence + 1) {
            scan(state);
            return;
        }
        for (EventRecord event : events.from(seenSequence + 1)) {
            followLease(state, event.lease());
            followLease(state, event.session());
        }
        seenSequence = events.lastSequence();
        if (deadlines.size() != state.leases().size()) {
            scan(state);
        }
    }

    private void scan(RegistryState state) {
        deadlines.retain(id -> state.leases().get(id) != null);
        for (Lease lease : state.leases().all()) {
            put(state, lease);
        }
        seenEpoch = state.epochId();
        seenSequence = state.events().lastSequence();
    }

    private void followLease(RegistryState state, long id) {
        if (id == 0) {
            return;
        }
        Lease lease = state.leases().get(id);
        if (lease == null) {
            deadlines.remove(id);
        } else {
            put(state, lease);
        }
    }

    private void put(RegistryState state, Lease lease) {
        deadlines.put(
                lease.id(),
                lease.held(),
                TimeUnit.MILLISECONDS.toNanos(lease.ttlMillis()),
                TimeUnit.MILLISECONDS.toNanos(state.settings().getHoldMillis()),
                loop.nanos());
    }

    private static List<Long> ids(List<Deadlines.Entry> entries) {
        return entries.stream().map(entry -> entry.id).toList();
    }
}
