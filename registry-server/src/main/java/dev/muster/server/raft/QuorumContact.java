// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/**
 * Knows when a majority last confirmed that this node leads: the barrier for linearizable reads and the watchdog over an
 * isolated leader, with one mechanism and without any clock in its proof.
 *
 * <p>Every append request carries a ticket, the value of a counter when the request was made. A reply confirms its
 * ticket if its result is not NOT_LEADER and its term is the request's: at some moment after the ticket was drawn that
 * follower still followed us. A barrier draws a ticket when it begins and ends when a majority confirmed that ticket or
 * a later one; each voter in that majority had not voted for another leader when the barrier began, so nothing can have
 * been acknowledged elsewhere before it (Ongaro, Consensus: Bridging Theory and Practice, section 6.4, with tickets in
 * place of the heartbeat round).
 *
 * <p>Ratis has a read path and a leader lease of its own; neither is used. Its read index is not verified again for a
 * commit index that was acknowledged before, and its lease is renewed by any reply, NOT_LEADER too.
 *
 * <p>Thread-safe. One instance serves all terms of a node; {@link #begin} and {@link #end} bound each leadership.
 */
final class QuorumContact {
    private final RaftPeerId self;
    private final Supplier<RaftConfiguration> configuration;
    private final LongSupplier nanoClock;
    private final AtomicLong tickets = new AtomicLong();
    private final Map<RaftPeerId, Link> links = new ConcurrentHashMap<>();
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    private final RuntimeException neverLed;

    private long newestTerm = -1;
    private long term = -1;
    private long beganNanos;
    private @Nullable RuntimeException endedBecause;
    private long roundTicket;

    QuorumContact(
            RaftPeerId self,
            Supplier<RaftConfiguration> configuration,
            LongSupplier nanoClock,
            RuntimeException neverLed) {
        this.self = self;
        this.configuration = configuration;
        this.nanoClock = nanoClock;
        this.neverLed = neverLed;
    }

    private record Waiter(long ticket, CompletableFuture<Void> done) {}

    /** When a request was made: the barriers that had begun by then, and the time. */
    record Ticket(long number, long nanos) {}

    /** What one follower has confirmed. Guarded by itself. */
    private static final class Link {
        private volatile @Nullable LogAppender appender;
        private volatile long confirmedTicket;
        private volatile long confirmedNanos = Long.MIN_VALUE;

        private synchronized void confirm(Ticket ticket) {
            confirmedTicket = Math.max(confirmedTicket, ticket.number);
            if (confirmedNanos == Long.MIN_VALUE || ticket.nanos - confirmedNanos > 0) {
                confirmedNanos = ticket.nanos;
            }
        }
    }

    /** This node leads the term; nothing new if that is known. */
    synchronized void begin(long newTerm) {
        if (newTerm > newestTerm) {
            newestTerm = newTerm;
            term = newTerm;
            beganNanos = nanoClock.getAsLong();
            roundTicket = 0;
        }
    }

    /** This node leads no longer: whoever waits for a barrier is told. */
    void end(RuntimeException why) {
        List<Waiter> failed;
        synchronized (this) {
            term = -1;
            endedBecause = why;
            failed = List.copyOf(waiters);
            waiters.clear();
        }
        failed.forEach(waiter -> waiter.done.completeExceptionally(why));
    }

    /** A new appender for the follower; the confirmations of an earlier one stay true for their term. */
    void appenderMade(RaftPeerId follower, LogAppender appender) {
        link(follower).appender = appender;
    }

    /** For a request that is about to be made. */
    Ticket ticket() {
        return new Ticket(tickets.get(), nanoClock.getAsLong());
    }

    /** A reply came: confirms its request's ticket, drawn before that was made, if the follower still followed. */
    void replied(RaftPeerId follower, Ticket ticket, long requestTerm, AppendEntriesReplyProto reply) {
        if (confirms(reply, requestTerm)) {
            link(follower).confirm(ticket);
            releaseWaiters();
        }
    }

    private synchronized boolean confirms(AppendEntriesReplyProto reply, long requestTerm) {
        return reply.getResult() != AppendResult.NOT_LEADER && reply.getTerm() == requestTerm && requestTerm == term;
    }

    /** Completes when a majority confirmed after this call that this node still leads. */
    CompletableFuture<Void> barrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean begins;
        synchronized (this) {
            if (term < 0) {
                done.completeExceptionally(endedBecause != null ? endedBecause : neverLed);
                return done;
            }
            waiters.add(new Waiter(tickets.incrementAndGet(), done));
            begins = roundTicket == 0;
            if (begins) {
                startRound();
            }
        }
        if (begins) {
            // A node that is alone has its majority.
            releaseWaiters();
        }
        return done;
    }

    /** Asks the followers again: for barriers whose round got lost with a connection. */
    synchronized void retryRound() {
        if (!waiters.isEmpty()) {
            startRound();
        }
    }

    private void startRound() {
        roundTicket = tickets.get();
        for (RaftPeerId peer : others(configuration.get())) {
            LogAppender appender = link(peer).appender;
            if (appender != null) {
                appender.triggerHeartbeat();
            }
        }
    }

    private void releaseWaiters() {
        List<Waiter> released = new ArrayList<>();
        synchronized (this) {
            if (waiters.isEmpty()) {
                return;
            }
            long confirmed = confirmedByMajority(configuration.get());
            // They stand in the order of their tickets.
            for (Waiter first = waiters.peek(); first != null && first.ticket <= confirmed; first = waiters.peek()) {
                released.add(waiters.remove());
            }
            if (waiters.isEmpty()) {
                roundTicket = 0;
            } else if (roundTicket <= confirmed) {
                startRound();
            }
        }
        released.forEach(waiter -> waiter.done.complete(null));
    }

    /** The highest ticket that a majority, of both configurations while there are two, has confirmed. */
    private long confirmedByMajority(RaftConfiguration conf) {
        long current = confirmedByMajorityOf(conf.getCurrentPeers());
        return conf.getPreviousPeers().isEmpty()
                ? current
                : Math.min(current, confirmedByMajorityOf(conf.getPreviousPeers()));
    }

    private long confirmedByMajorityOf(Collection<RaftPeer> peers) {
        long[] tickets = peers.stream()
                .mapToLong(peer -> peer.getId().equals(self) ? Long.MAX_VALUE : link(peer.getId()).confirmedTicket)
                .sorted()
                .toArray();
        return tickets.length == 0 ? 0 : tickets[(tickets.length - 1) / 2];
    }

    /** For how long, in nanoseconds, no majority has confirmed this leadership. 0 when this node does not lead. */
    synchronized long silentNanos() {
        if (term < 0) {
            return 0;
        }
        RaftConfiguration conf = configuration.get();
        long silence = silenceOf(conf.getCurrentPeers());
        return conf.getPreviousPeers().isEmpty() ? silence : Math.max(silence, silenceOf(conf.getPreviousPeers()));
    }

    private long silenceOf(Collection<RaftPeer> peers) {
        long now = nanoClock.getAsLong();
        long[] silences = peers.stream()
                .mapToLong(peer -> peer.getId().equals(self) ? 0 : silenceOf(link(peer.getId()), now))
                .sorted()
                .toArray();
        return silences.length == 0 ? 0 : silences[silences.length / 2];
    }

    private long silenceOf(Link link, long now) {
        long sinceBegin = now - beganNanos;
        long confirmed = link.confirmedNanos;
        return confirmed == Long.MIN_VALUE ? sinceBegin : Math.min(sinceBegin, now - confirmed);
    }

    private List<RaftPeerId> others(RaftConfiguration conf) {
        return conf.getAllPeers().stream()
                .map(RaftPeer::getId)
                .filter(id -> !id.equals(self))
                .toList();
    }

    private Link link(RaftPeerId peer) {
        return links.computeIfAbsent(peer, id -> new Link());
    }
}
