// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.Keyspace;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.v1.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A keyspace whose numbers come from sets that were fetched before they were wanted.
 *
 * <p><b>Fast.</b> A number costs one atomic step on the set in use and a look at the {@link Fence}. At the middle of a set
 * the next one is fetched, which is put in place of the first when that is used up.
 *
 * <p><b>Slow.</b> When no number is here, the caller takes a ticket for the next news, looks once more, and waits for it:
 * a set came, the session was heard or lost, a set was refused.
 *
 * <p><b>Safe.</b> A number is looked at only after it was claimed, and is given out only if the session that holds its set
 * lives for certain then. Sets of a session that is over are dropped before anything of the next one arrives, and their
 * fence never opens again.
 *
 * <p>Fetching and ending are confined to the loop; everything else is safe for any thread.
 */
final class PrefetchedKeys implements Keyspace, Session.Follower {
    /** After these the same may succeed a little later, in the next session. */
    private static final Set<Reason> MAY_PASS = EnumSet.of(
            Reason.UNAVAILABLE, Reason.UNKNOWN_OUTCOME, Reason.SESSION_UNKNOWN, Reason.NOT_LEADER, Reason.STALE_TERM);

    private final String name;
    private final Loop loop;
    private final Session session;
    private final Duration timeout;
    private final Consumer<PrefetchedKeys> forget;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile @Nullable KeyBuffer inUse;
    private volatile CompletableFuture<Void> news = new CompletableFuture<>();
    private volatile boolean closed;

    private final Object swap = new Object();
    /** Guarded by {@link #swap}, as is every change of what is in use. */
    private @Nullable KeyBuffer reserve;

    private final SetSize size = new SetSize();
    private boolean fetching;

    PrefetchedKeys(String name, Loop loop, Session session, Duration timeout, Consumer<PrefetchedKeys> forget) {
        this.name = name;
        this.loop = loop;
        this.session = session;
        this.timeout = timeout;
        this.forget = forget;
        loop.execute(() -> session.follow(this));
    }

    @Override
    public String name() {
        return name;
    }

    // ---- giving out -----------------------------------------------------------------------------------------------

    @Override
    public Key next() {
        Key key = take();
        return key == null ? await() : key;
    }

    /** A number that is here, null when there is none. */
    private @Nullable Key take() {
        KeyBuffer buffer = inUse;
        if (buffer == null) {
            return null;
        }
        long place = buffer.claim();
        if (place == buffer.middle()) {
            loop.execute(this::fetch);
        }
        return place >= 0 && buffer.isValid(loop.nanoTime()) ? buffer.key(place) : null;
    }

    private Key await() {
        long deadline = loop.nanoTime() + timeout.toNanos();
        while (true) {
            CompletableFuture<Void> next = news;
            checkOpen();
            Key key = canTake() ? take() : null;
            if (key != null) {
                return key;
            }
            if (loop.inLoop()) {
                throw new IllegalStateException("no number is here, and waiting on the client's own thread would never"
                        + " end (expected: a call from a thread of the caller's)");
            }
            loop.execute(this::fetch);
            await(next, deadline - loop.nanoTime());
        }
    }

    /** Puts the reserve in place of a set that is used up. Claims nothing while the session may be over. */
    private boolean canTake() {
        synchronized (swap) {
            KeyBuffer buffer = inUse;
            if ((buffer == null || buffer.isUsedUp()) && reserve != null) {
                buffer = reserve;
                buffer.inUseSince(loop.nanoTime());
                inUse = buffer;
                reserve = null;
            }
            return buffer != null && !buffer.isUsedUp() && buffer.isValid(loop.nanoTime());
        }
    }

    private void await(CompletableFuture<Void> next, long nanos) {
        try {
            next.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MusterException(
                    Reason.UNAVAILABLE, Fate.NOT_APPLIED, "interrupted while waiting for a number", 0, e);
        } catch (TimeoutException e) {
            throw new MusterException(
                    Reason.UNAVAILABLE,
                    Fate.NOT_APPLIED,
                    "no number of keyspace " + name + " came within " + timeout.toMillis() + " ms",
                    0,
                    e);
        } catch (ExecutionException e) {
            throw Futures.withStackOfCaller(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public KeySet nextSet(int size) {
        checkOpen();
        long deadline = loop.nanoTime() + timeout.toNanos();
        PendingWrite write = session.submit(PendingWrite.until(deadline, in -> Wire.nextKeySet(name, size)));
        return Futures.await(Futures.shown(write.answer(), Wire::keySet), loop);
    }

    // ---- fetching -------------------------------------------------------------------------------------------------

    /** Fetches a set unless one is in reserve or on its way. */
    private void fetch() {
        KeyBuffer buffer;
        synchronized (swap) {
            buffer = inUse;
            if (closed || fetching || reserve != null || (buffer != null && !buffer.isHalfUsed())) {
                return;
            }
        }
        if (buffer != null) {
            size.halfLasted(loop.nanoTime() - buffer.inUseSince());
        }
        request();
    }

    private void request() {
        fetching = true;
        int wanted = size.get();
        PendingWrite write = session.submit(PendingWrite.patient(in -> Wire.nextKeySet(name, wanted)));
        Futures.whenDone(write.answer(), (result, failure) -> arrived(wanted, result, failure));
    }

    private void arrived(int wanted, @Nullable Result result, @Nullable Throwable failure) {
        fetching = false;
        if (result != null) {
            arrived(new KeyBuffer(Wire.keySet(result), session.fence()));
        } else if (closed) {
            ended.complete(null);
        } else if (failure instanceof MusterException refusal) {
            refused(wanted, refusal);
        } else {
            tell(failure);
        }
    }

    private void arrived(KeyBuffer buffer) {
        if (closed) {
            giveBack(List.of(buffer));
            return;
        }
        boolean first;
        synchronized (swap) {
            first = inUse == null;
            if (first) {
                buffer.inUseSince(loop.nanoTime());
                inUse = buffer;
            } else {
                reserve = buffer;
            }
        }
        tell(null);
    }

    private void refused(int wanted, MusterException refusal) {
        if (refusal.reason() == Reason.EXHAUSTED && wanted > 1) {
            size.shrink();
            request();
        } else {
            tell(MAY_PASS.contains(refusal.reason()) ? null : refusal);
        }
    }

    /** Wakes those who wait, so that they look again, or fails them. */
    private void tell(@Nullable Throwable failure) {
        CompletableFuture<Void> told = news;
        news = new CompletableFuture<>();
        if (failure == null) {
            told.complete(null);
        } else {
            told.completeExceptionally(failure);
        }
    }

    @Override
    public void sessionHeard() {
        tell(null);
    }

    /** Whatever is left of its sets is in the ledger as lost. */
    @Override
    public void sessionLost() {
        drain();
        tell(null);
    }

    // ---- the end --------------------------------------------------------------------------------------------------

    @Override
    public void close() {
        loop.execute(() -> Futures.whenDone(leave(), (nothing, failure) -> {}));
        Futures.await(ended, loop);
    }

    /** Returns what is not used; completed when the registry knows, or will not hear of it. On the loop. */
    CompletableFuture<Void> leave() {
        if (!closed) {
            closed = true;
            forget.accept(this);
            session.unfollow(this);
            loop.schedule(timeout, () -> ended.complete(null));
            tell(null);
            giveBack(drain());
        }
        return ended;
    }

    private List<KeyBuffer> drain() {
        List<KeyBuffer> all = new ArrayList<>(2);
        synchronized (swap) {
            if (inUse != null) {
                all.add(inUse);
            }
            if (reserve != null) {
                all.add(reserve);
            }
            inUse = null;
            reserve = null;
        }
        return all;
    }

    private void giveBack(List<KeyBuffer> buffers) {
        List<CompletableFuture<Result>> answers = new ArrayList<>();
        for (KeyBuffer buffer : buffers) {
            int rest = buffer.claimRest();
            if (rest < buffer.keys().size()) {
                Key first = buffer.key(rest);
                answers.add(session.submit(PendingWrite.patient(
                                in -> Wire.returnKeys(name, first, buffer.keys().last())))
                        .answer());
            }
        }
        if (!fetching) {
            Futures.whenDone(
                    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)),
                    (nothing, lost) -> ended.complete(null));
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("keyspace " + name + " is closed (expected: calls before close())");
        }
    }
}
