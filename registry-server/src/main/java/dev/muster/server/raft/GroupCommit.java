// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.Limits;
import dev.muster.core.log.EntryCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Stamp;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins commands that wait at the same moment into one log entry: the costs of an entry, its fsyncs and its messages, are
 * paid once for all of them. While one entry is on its way the next one fills, so a batch is as large as the load makes
 * it and nobody waits for a timer.
 *
 * <p>Open only while this node leads and its term's first command is applied. Commands enter the log in the order of the
 * calls. Thread-safe; one thread of its own hands the batches to the log.
 */
final class GroupCommit implements AutoCloseable {
    private static final int MAX_IN_FLIGHT = 2;

    /** Hands a batch to the log; completes when its fate is decided, exceptionally or with a typed failure. */
    @FunctionalInterface
    interface Log {
        CompletableFuture<@Nullable ReplicaException> append(Batch batch);
    }

    private final String clusterId;
    private final String groupId;
    private final Log log;
    private final LongSupplier wallClockMillis;
    private final Thread committer;

    private final ArrayDeque<Batch.Waiting> queue = new ArrayDeque<>();
    private int queuedBytes;
    private int inFlight;
    private long term = -1;
    private ReplicaException closedBecause;
    private boolean stopped;

    GroupCommit(
            String clusterId, String groupId, Log log, LongSupplier wallClockMillis, ReplicaException closedBecause) {
        this.clusterId = clusterId;
        this.groupId = groupId;
        this.log = log;
        this.wallClockMillis = wallClockMillis;
        this.closedBecause = closedBecause;
        this.committer = new Thread(this::run, "muster-group-commit");
        this.committer.setDaemon(true);
    }

    void start() {
        committer.start();
    }

    /** Lets commands in, under the term. */
    synchronized void open(long newTerm) {
        term = newTerm;
    }

    /** Lets no command in; those that wait were not executed. */
    void close(ReplicaException why) {
        List<Batch.Waiting> refused;
        synchronized (this) {
            term = -1;
            closedBecause = why;
            refused = List.copyOf(queue);
            queue.clear();
            queuedBytes = 0;
        }
        refused.forEach(waiting -> waiting.outcome().completeExceptionally(why));
    }

    CompletableFuture<Result> submit(Command command) {
        int size = command.getSerializedSize();
        if (size > Limits.MAX_COMMAND_BYTES) {
            return CompletableFuture.failedFuture(ReplicaException.of(
                    Reason.REASON_INVALID,
                    "command: " + size + " bytes (expected: at most " + Limits.MAX_COMMAND_BYTES + ")"));
        }
        CompletableFuture<Result> outcome = new CompletableFuture<>();
        ReplicaException refusal = enqueue(new Batch.Waiting(command, outcome), size);
        if (refusal != null) {
            outcome.completeExceptionally(refusal);
        }
        return outcome;
    }

    private synchronized @Nullable ReplicaException enqueue(Batch.Waiting waiting, int size) {
        if (term < 0) {
            return closedBecause;
        }
        if (queuedBytes + size > Limits.MAX_QUEUED_BYTES) {
            return ReplicaException.of(
                    Reason.REASON_LIMIT,
                    "the node has " + queuedBytes + " bytes of writes waiting (at most " + Limits.MAX_QUEUED_BYTES
                            + "); send fewer at once and try again");
        }
        queue.add(waiting);
        queuedBytes += size;
        notifyAll();
        return null;
    }

    private void run() {
        while (true) {
            Batch batch = nextBatch();
            if (batch == null) {
                return;
            }
            var unused = log.append(batch).whenComplete((failure, thrown) -> settled(batch, failure, thrown));
        }
    }

    private synchronized @Nullable Batch nextBatch() {
        while (!stopped && (queue.isEmpty() || inFlight >= MAX_IN_FLIGHT)) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        if (stopped) {
            return null;
        }
        Stamp stamp = Stamp.newBuilder()
                .setTimeMillis(wallClockMillis.getAsLong())
                .setTerm(term)
                .build();
        List<Batch.Waiting> taken = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        int bytes = 0;
        while (!queue.isEmpty() && taken.size() < Limits.MAX_ENTRY_COMMANDS) {
            int size = queue.peek().command().getSerializedSize();
            if (!taken.isEmpty() && bytes + size > Limits.MAX_ENTRY_FILL_BYTES) {
                break;
            }
            Batch.Waiting waiting = queue.remove();
            bytes += size;
            queuedBytes -= size;
            taken.add(waiting);
            commands.add(stamped(waiting.command(), stamp));
        }
        inFlight++;
        return new Batch(taken, EntryCodec.encode(clusterId, groupId, commands));
    }

    /** A term that the command already carries stays: it is what the command was decided under, and its fence. */
    private static Command stamped(Command command, Stamp stamp) {
        Stamp.Builder own = command.getStamp().toBuilder().setTimeMillis(stamp.getTimeMillis());
        if (own.getTerm() == 0) {
            own.setTerm(stamp.getTerm());
        }
        return command.toBuilder().setStamp(own).build();
    }

    private void settled(Batch batch, @Nullable ReplicaException failure, @Nullable Throwable thrown) {
        synchronized (this) {
            inFlight--;
            notifyAll();
        }
        if (thrown != null) {
            batch.fail(ReplicaException.of(
                    batch.appended() ? Reason.REASON_UNKNOWN_OUTCOME : Reason.REASON_UNAVAILABLE,
                    "the log did not take the write: " + thrown));
        } else if (failure != null) {
            batch.fail(failure);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        close(ReplicaException.of(Reason.REASON_UNAVAILABLE, "the node is stopping; ask another one"));
    }
}
