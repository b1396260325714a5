// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.v1.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node can vouch for: how old its state may be at most, and how to make it new. No clock of another machine
 * takes part: an age runs from the moment at which this node began to ask, on its own monotonic clock. Thread-safe; no
 * method blocks.
 *
 * <p>The leader asks a quorum ({@link Replica#linearize()}); another node asks the leader, which does the same, and then
 * waits until it has applied as much. All who wait on such a node share one round: a round that is under way may have
 * begun too early for a newcomer, so newcomers gather for the next one.
 */
public final class Freshness {
    /** Asks the leader what every acknowledged write is at or below, for a node that does not lead. */
    @FunctionalInterface
    public interface LeaderConfirm {
        /**
         * Completes with a point that a quorum confirmed after the call. Fails with NOT_LEADER or UNAVAILABLE in bounded
         * time.
         */
        CompletableFuture<Point> confirm();
    }

    /** A point in history: everything acknowledged before the question is at or below it. */
    public record Point(long epochId, long revision) {}

    /** From {@code begun} on this node knows that its state is complete up to a revision it has. */
    private record Vouched(long begun, long revision) {}

    private final Replica replica;
    private final LeaderConfirm leader;
    private final LongSupplier nanos;
    private final Object lock = new Object();

    private @Nullable CompletableFuture<Point> running;
    private @Nullable CompletableFuture<Point> gathering;
    private volatile @Nullable Vouched vouched;

    /** For this replica; {@code nanos} is a monotonic clock. */
    public Freshness(Replica replica, LeaderConfirm leader, LongSupplier nanos) {
        this.replica = replica;
        this.leader = leader;
        this.nanos = nanos;
    }

    /**
     * Completes when {@link Replica#state()} shows every write that was acknowledged by anyone before this call. Fails
     * with NOT_LEADER or UNAVAILABLE. The caller bounds the wait.
     */
    public CompletableFuture<Void> linearize() {
        if (!replica.leadership().leads()) {
            return asFollower();
        }
        long begun = nanos.getAsLong();
        return replica.linearize()
                .thenRun(() -> vouch(begun, replica.state().revision()))
                .exceptionallyCompose(failure -> lostLeadership(failure) ? asFollower() : failed(failure));
    }

    /**
     * Completes when the state is at most that old, asking anew only if it has to. Fails with TOO_OLD when the node
     * cannot vouch for it.
     */
    public CompletableFuture<Void> within(long maxAgeMillis) {
        if (isWithin(maxAgeMillis)) {
            return CompletableFuture.completedFuture(null);
        }
        return linearize().handle((nothing, failure) -> {
            if (!isWithin(maxAgeMillis)) {
                throw tooOld(maxAgeMillis, failure);
            }
            return null;
        });
    }

    /** How old {@link Replica#state()} may be at most, in milliseconds; -1 when this node never knew. */
    public long ageMillis() {
        return ageMillisOf(Long.MAX_VALUE);
    }

    /** How old a state of that revision may be at most, in milliseconds; -1 when this node cannot tell. */
    public long ageMillisOf(long revision) {
        Vouched known = vouched;
        if (known == null || known.revision() > revision) {
            return -1;
        }
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - known.begun());
    }

    private boolean isWithin(long maxAgeMillis) {
        long age = ageMillis();
        return age >= 0 && age <= maxAgeMillis;
    }

    private CompletableFuture<Void> asFollower() {
        CompletableFuture<Point> round;
        boolean first;
        synchronized (lock) {
            first = running == null;
            if (first) {
                running = new CompletableFuture<>();
                round = running;
            } else {
                gathering = gathering == null ? new CompletableFuture<>() : gathering;
                round = gathering;
            }
        }
        if (first) {
            begin(round);
        }
        return round.thenCompose(this::reach);
    }

    private void begin(CompletableFuture<Point> round) {
        long begun = nanos.getAsLong();
        var unused = ask().whenComplete((point, failure) -> {
            CompletableFuture<Point> next;
            synchronized (lock) {
                next = gathering;
                running = next;
                gathering = null;
            }
            if (next != null) {
                begin(next);
            }
            if (failure != null) {
                round.completeExceptionally(failure);
            } else {
                var unusedVouching = reach(point).thenRun(() -> vouch(begun, point.revision()));
                round.complete(point);
            }
        });
    }

    /** A failure of the question itself must end the round like any other: others wait for it. */
    private CompletableFuture<Point> ask() {
        try {
            return leader.confirm();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private CompletableFuture<Void> reach(Point point) {
        if (replica.state().epochId() != point.epochId()) {
            return failed(ReplicaException.of(
                    Reason.REASON_UNAVAILABLE, "this node has not caught up with the leader's epoch; try again"));
        }
        return replica.awaitRevision(point.revision());
    }

    private void vouch(long begun, long revision) {
        synchronized (lock) {
            Vouched known = vouched;
            if (known == null || begun > known.begun()) {
                vouched = new Vouched(begun, revision);
            }
        }
    }

    private static ReplicaException tooOld(long maxAgeMillis, @Nullable Throwable failure) {
        String why = failure == null ? "it took longer to ask" : unwrap(failure).getMessage();
        return ReplicaException.of(
                Reason.REASON_TOO_OLD,
                "this node cannot vouch for an age of " + maxAgeMillis + " ms (" + why
                        + "); ask another node, or for an older state");
    }

    private static boolean lostLeadership(Throwable failure) {
        return unwrap(failure) instanceof ReplicaException refused
                && refused.error().getReason() == Reason.REASON_NOT_LEADER;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static CompletableFuture<Void> failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }
}
