// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import com.google.protobuf.ByteString;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins commands that wait at the same moment into one log entry: the costs of an entry, its fsyncs and its messages, are
 * paid once for all of them. While one entry is on its way the next one fills, so a batch is as large as the load makes
 * it and nobody waits for a timer.
 *
 * <p>Open only while this node leads and its term's first command is applied. Commands enter the log in the order of the
 * calls. Thread-safe. A command that finds the way free is handed to the log by the thread that brings it; what has
 * gathered meanwhile by a thread of this class, since the one that settles an entry has others to apply.
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
    private final ExecutorService committer;

    private final ArrayDeque<Batch.Waiting> queue = new ArrayDeque<>();
    private int queuedBytes;
    private int inFlight;
    /** One thread at a time hands batches over, or their order would be lost. */
    private boolean handingOver;

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
        this.committer = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Upkeep.daemon("muster-group-commit"),
                new ThreadPoolExecutor.DiscardPolicy());
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
        CompletableFuture<Result> outcome = enqueue(command);
        handOver();
        return outcome;
    }

    /** What came together goes together, as far as an entry takes it. */
    List<CompletableFuture<Result>> submitAll(List<Command> commands) {
        List<CompletableFuture<Result>> outcomes =
                commands.stream().map(this::enqueue).toList();
        handOver();
        return outcomes;
    }

    private CompletableFuture<Result> enqueue(Command command) {
        CompletableFuture<Result> outcome = new CompletableFuture<>();
        int size = command.getSerializedSize();
        ReplicaException refusal = size > Limits.MAX_COMMAND_BYTES
                ? ReplicaException.of(
                        Reason.REASON_INVALID,
                        "command: " + size + " bytes (expected: at most " + Limits.MAX_COMMAND_BYTES + ")")
                : enqueue(new Batch.Waiting(command, outcome), size);
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
        return null;
    }

    private void handOver() {
        for (Taken next = take(); next != null; next = take()) {
            try {
                append(next);
            } finally {
                handedOver();
            }
        }
    }

    /** Commands on their way into one entry, and what they are stamped with. */
    private record Taken(List<Batch.Waiting> waiting, Stamp stamp) {}

    private synchronized @Nullable Taken take() {
        if (stopped || handingOver || queue.isEmpty() || inFlight >= MAX_IN_FLIGHT) {
            return null;
        }
        List<Batch.Waiting> waiting = new ArrayList<>();
        int bytes = 0;
        while (!queue.isEmpty() && waiting.size() < Limits.MAX_ENTRY_COMMANDS) {
            int size = queue.peek().command().getSerializedSize();
            if (!waiting.isEmpty() && bytes + size > Limits.MAX_ENTRY_FILL_BYTES) {
                break;
            }
            waiting.add(queue.remove());
            bytes += size;
            queuedBytes -= size;
        }
        handingOver = true;
        inFlight++;
        return new Taken(
                waiting,
                Stamp.newBuilder()
                        .setTimeMillis(wallClockMillis.getAsLong())
                        .setTerm(term)
                        .build());
    }

    private synchronized void handedOver() {
        handingOver = false;
    }

    private void append(Taken taken) {
        Batch batch = null;
        try {
            batch = batch(taken);
            Batch handed = batch;
            var unused = log.append(handed).whenComplete((failure, thrown) -> settled(handed, failure, thrown));
        } catch (RuntimeException | Error defect) {
            // Those who wait are told; those behind them go on.
            settled(batch == null ? new Batch(taken.waiting(), ByteString.EMPTY) : batch, null, defect);
        }
    }

    private Batch batch(Taken taken) {
        List<Command> commands = taken.waiting().stream()
                .map(waiting -> stamped(waiting.command(), taken.stamp()))
                .toList();
        return new Batch(taken.waiting(), EntryCodec.encode(clusterId, groupId, commands));
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
        boolean more;
        synchronized (this) {
            inFlight--;
            more = !queue.isEmpty();
        }
        if (more) {
            committer.execute(this::handOver);
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
        }
        committer.shutdown();
        close(ReplicaException.of(Reason.REASON_UNAVAILABLE, "the node is stopping; ask another one"));
    }
}
