// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Command;
import dev.muster.v1.Result;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One node's copy of the registry and the only way to change it.
 *
 * <p>Readers take {@link #state()} and never lock. Writers {@link #submit} a command to the leader's replica; what was
 * acknowledged is durable on a quorum and visible in the leader's {@link #state()} before the future completes. All
 * methods are thread-safe and none blocks. Failures are {@link ReplicaException}s.
 */
public interface Replica extends AutoCloseable {
    /** The name of this node. */
    String node();

    /** The newest applied state. One volatile read. */
    RegistryState state();

    /** The newest applied state with its place in the log. One volatile read. */
    Located located();

    /** Who leads, as this node knows it. One volatile read. */
    Leadership leadership();

    /**
     * Hands the command to the log; completes once it is durable on a quorum and applied here. A refusal by the registry
     * is an ordinary result that carries an error. The replica puts the time into the command's stamp, and
     * the term unless the caller did: a command decided under a term is refused at apply when another one has begun.
     *
     * <p>Commands of one caller thread enter the log in the order of the calls.
     *
     * <p>Fails with NOT_LEADER, UNAVAILABLE or LIMIT when the command surely was not and will not be executed, with
     * UNKNOWN_OUTCOME otherwise.
     */
    CompletableFuture<Result> submit(Command command);

    /** The same for several commands that came together: they enter the log in their order, and together if they can. */
    default List<CompletableFuture<Result>> submitAll(List<Command> commands) {
        return commands.stream().map(this::submit).toList();
    }

    /**
     * Completes when {@link #state()} shows every write that was acknowledged by anyone, or shown by any node, before
     * this call: what was committed then is applied here, and {@link #confirmLeadership leadership is confirmed}. Fails
     * as that does.
     */
    CompletableFuture<Void> linearize();

    /**
     * Completes when a majority confirmed after this call that this node still leads. Waiting calls share one round.
     * Fails with NOT_LEADER or UNAVAILABLE.
     */
    CompletableFuture<Void> confirmLeadership();

    /**
     * Completes when {@link #state()} is at or above the revision. The caller bounds the wait: a future that it completes
     * or cancels itself is forgotten.
     */
    CompletableFuture<Void> awaitRevision(long revision);

    /** Adds a listener for the life of the replica. */
    void addListener(ReplicaListener listener);

    /** Positions in the log, for people. */
    Progress progress();

    /** The members of the cluster, ordered by name. */
    List<Peer> members();

    /**
     * Lets the peer in, in place of the member of its name if there is one; the leader's task. Completes when the new
     * configuration is committed.
     */
    CompletableFuture<Void> join(Peer peer);

    /** Hands leadership to the named node, to any other for an empty name. Completes when that node leads. */
    CompletableFuture<Void> transferLeadership(String node);

    /** Writes a snapshot. Completes when it is durable and was read back. */
    CompletableFuture<SnapshotTaken> takeSnapshot();

    /** Hands leadership over if it has it, marks the data folder as cleanly closed and stops. */
    @Override
    void close();

    /** Log indexes: applied here, known committed, covered by the newest durable snapshot (0: none). */
    record Progress(long appliedIndex, long commitIndex, long snapshotIndex) {}

    /** A durable snapshot: the last log index it covers, the revision it shows and its size. */
    record SnapshotTaken(long index, long revision, long bytes) {}
}
