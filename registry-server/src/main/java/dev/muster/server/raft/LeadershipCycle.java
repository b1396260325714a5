// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.RegistryState;
import dev.muster.core.event.EventRecord;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.server.replica.AppliedEntry;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.storage.Identity;
import dev.muster.v1.Result;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows who leads. A leadership of this node runs like this: Ratis says the leader is ready; the quorum contact begins
 * the term; group commit opens for one command, TermStarted; when that is applied, {@link #now()} says {@code leads} and
 * everything else may enter. When Ratis says it is over, group commit closes, barriers fail, and writes whose entry is in
 * the log end with an unknown outcome.
 *
 * <p>Thread-safe; moves on the leadership thread of the upkeep only.
 */
final class LeadershipCycle {
    private static final Logger LOG = LoggerFactory.getLogger(LeadershipCycle.class);
    private static final long RETRY_MILLIS = 50;

    /** What a term begins and ends. */
    record Parts(
            QuorumContact contact, GroupCommit groupCommit, Supplier<RegistryState> state, Succession succession) {}

    private final Peer self;
    private final RaftPeerId selfId;
    private final Genesis genesis;
    private final Upkeep upkeep;
    private final Supplier<RaftServer.Division> division;
    private final Supplier<Parts> parts;
    private final List<ReplicaListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Leadership now = Leadership.unknown(0);

    /** The suppliers are asked from the first event on. */
    LeadershipCycle(
            RaftReplica.Membership membership,
            RaftPeerId selfId,
            Upkeep upkeep,
            Supplier<RaftServer.Division> division,
            Supplier<Parts> parts) {
        this.self = membership.self();
        this.genesis = membership.genesis();
        this.selfId = selfId;
        this.upkeep = upkeep;
        this.division = division;
        this.parts = parts;
    }

    /** Who leads, as far as this node knows. */
    Leadership now() {
        return now;
    }

    /** The refusal of what only the leader does. */
    ReplicaException notLeader() {
        return ReplicaException.notLeader(self.node(), now.leaderAddress());
    }

    void addListener(ReplicaListener listener) {
        listeners.add(listener);
    }

    void removeListener(ReplicaListener listener) {
        listeners.remove(listener);
    }

    /** An entry was applied; called on the apply thread, before the state shows it. */
    void entry(AppliedEntry entry) {
        listeners.forEach(listener -> listener.onEntry(entry));
    }

    /** Something happened; called on the apply thread, before the state shows it. */
    void happened(List<EventRecord> events) {
        listeners.forEach(listener -> listener.onEvents(events));
    }

    /** A new state was applied; called on the apply thread. */
    void applied(RegistryState state) {
        listeners.forEach(listener -> listener.onApplied(state));
    }

    /** Ratis has elected this node and has applied what came before. */
    void elected() {
        upkeep.step("the start of a term", this::beginTerm);
    }

    /** This node does not lead any more. */
    void deposed() {
        now = Leadership.unknown(now.term());
        upkeep.step("the end of a term", this::endTerm);
    }

    /** Somebody else leads, or nobody. */
    void changed() {
        upkeep.step("following the leader", this::follow);
    }

    private void beginTerm() {
        long term = info().getCurrentTerm();
        if (!info().isLeader()) {
            return;
        }
        parts.get().contact().begin(term);
        parts.get().groupCommit().open(term);
        Succession succession = parts.get().succession();
        Command started = Command.newBuilder()
                .setStamp(Stamp.newBuilder().setNode(self.node()))
                .setTermStarted(TermStarted.newBuilder()
                        .setNode(self.node())
                        .setGenesis(genesis)
                        .setSilenceMillis(succession.silenceMillis())
                        .setElectionMillis(succession.electionMillis()))
                .build();
        var unused = parts.get()
                .groupCommit()
                .submit(started)
                .whenComplete((result, failure) ->
                        upkeep.step("the start of a term", () -> termStarted(term, result, failure)));
    }

    private void termStarted(long term, @Nullable Result result, @Nullable Throwable failure) {
        boolean stillLeader = info().isLeader() && info().getCurrentTerm() == term;
        if (!stillLeader) {
            LOG.info("term {} ended before it could begin", term);
        } else if (hasBegun(parts.get().state().get(), term)) {
            parts.get().succession().forget();
            publish(new Leadership(true, term, self.node(), self.clientAddress()));
        } else {
            LOG.warn("term {} did not begin and is tried again: {}", term, failure != null ? failure : result);
            upkeep.stepIn(RETRY_MILLIS, "the start of a term", this::beginTerm);
        }
    }

    /** The state of a backup may be of an equal term of another cluster. */
    private boolean hasBegun(RegistryState state, long term) {
        return state.term() == term && state.clusterId().equals(genesis.getClusterId());
    }

    private void endTerm() {
        parts.get().groupCommit().close(notLeader());
        parts.get().contact().end(notLeader());
        publish(Leadership.unknown(info().getCurrentTerm()));
        follow();
    }

    private void follow() {
        if (info().isLeader()) {
            return;
        }
        long term = info().getCurrentTerm();
        RaftPeerId leaderId = info().getLeaderId();
        RaftPeer leader = leaderId == null ? null : division.get().getRaftConf().getPeer(leaderId);
        publish(
                leader == null || leaderId.equals(selfId)
                        ? Leadership.unknown(term)
                        : new Leadership(false, term, Identity.nodeOf(leaderId.toString()), leader.getClientAddress()));
    }

    private void publish(Leadership next) {
        if (!next.equals(now)) {
            now = next;
            LOG.info("{}", describe(next));
        }
        listeners.forEach(listener -> listener.onLeadership(next));
    }

    private static String describe(Leadership l) {
        if (l.leads()) {
            return "this node leads term " + l.term();
        }
        return l.leader().isEmpty()
                ? "no leader is known in term " + l.term()
                : "node " + l.leader() + " leads term " + l.term();
    }

    private DivisionInfo info() {
        return division.get().getInfo();
    }
}
