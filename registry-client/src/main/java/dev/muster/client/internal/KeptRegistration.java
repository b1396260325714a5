// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.Change;
import dev.muster.client.ClientOptions;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.Subscription;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registration that is made again whenever it is lost. Its state lives on the loop; readers see volatile copies.
 *
 * <p>It knows the form that the registry last accepted and the updates wanted since. Registering again says both at once,
 * so an update is never lost, and the newest form counts. A refusal that the registry may think better of is tried again
 * with back-off; {@link Reason#FENCED} is believed at once and for good, because the newer process is the one to live.
 *
 * <p>It says which incarnation it supersedes only in the history that the number comes from. After a restore the old
 * numbers mean nothing, and whoever comes is new. What it begins with is its {@link Claim}, which another process may have
 * left behind.
 */
final class KeptRegistration implements Registration, Session.Follower {
    private static final Logger LOG = LoggerFactory.getLogger(KeptRegistration.class);

    private final InstanceKey key;
    private final Loop loop;
    private final Session session;
    private final ClientOptions options;
    private final Backoff backoff;
    private final Consumer<KeptRegistration> whenOver;
    private final Listeners<State> listeners;

    private final CompletableFuture<Registration> first = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final List<Wish> wishes = new ArrayList<>();
    private ServiceInstance accepted;
    private boolean everAccepted;
    private int attempt;
    private @Nullable PendingWrite registering;
    private Loop.@Nullable Timer retry;

    private volatile ServiceInstance wanted;
    private volatile State state = State.REGISTERING;
    private volatile Claim claim;
    private volatile @Nullable MusterException problem;

    /** An update that the registry has not accepted yet. */
    private record Wish(InstanceUpdate update, CompletableFuture<Void> granted) {}

    KeptRegistration(
            Change.Register change,
            Claim claim,
            Loop loop,
            Session session,
            ClientOptions options,
            Backoff backoff,
            Executor callbacks,
            Consumer<KeptRegistration> whenOver) {
        this.key = change.key();
        this.accepted = change.instance();
        this.wanted = change.instance();
        this.claim = claim;
        this.loop = loop;
        this.session = session;
        this.options = options;
        this.backoff = backoff;
        this.whenOver = whenOver;
        this.listeners = new Listeners<>(loop, callbacks);
    }

    /** Begins. On the loop. */
    void start() {
        session.follow(this);
        register();
    }

    /** Completed with this when it is first accepted, or with why it never will be. */
    CompletableFuture<Registration> first() {
        return first;
    }

    @Override
    public ServiceInstance instance() {
        return wanted;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long incarnation() {
        return claim.incarnation();
    }

    @Override
    public String claim() {
        return claim.toString();
    }

    @Override
    public Optional<MusterException> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public void update(InstanceUpdate update) {
        Futures.await(updateAsync(update), loop);
    }

    @Override
    public CompletableFuture<Void> updateAsync(InstanceUpdate update) {
        if (update.weight().isPresent() && update.weight().getAsInt() == 0) {
            throw new IllegalArgumentException("weight of " + key
                    + ": 0 (expected: 1 to 65535, since it may have to be registered again; make it DRAINING instead)");
        }
        CompletableFuture<Void> granted = new CompletableFuture<>();
        loop.execute(() -> wish(new Wish(update, granted)));
        return granted;
    }

    @Override
    public Subscription onState(Consumer<State> listener) {
        return listeners.add(listener, () -> state);
    }

    @Override
    public void close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            leave();
            CompletableFuture<Void> enough = session.isOpen() ? gone : CompletableFuture.completedFuture(null);
            Futures.whenDone(enough, (nothing, failure) -> closed.complete(null));
            loop.schedule(options.requestTimeout(), () -> closed.complete(null));
        });
        Futures.await(closed, loop);
    }

    // ---- registering ----------------------------------------------------------------------------------------------

    @Override
    public void sessionLost() {
        if (state == State.CLOSED) {
            // It went with the session.
            over();
        } else if (!state.isFinal()) {
            register();
        }
    }

    private void register() {
        cancelRetry();
        int now = ++attempt;
        abandonUnsent();
        become(State.REGISTERING);
        Sent sent = new Sent();
        PendingWrite write = session.submit(PendingWrite.patient(in -> {
            sent.form = wanted;
            sent.wishes = List.copyOf(wishes);
            return registration(sent.form, in);
        }));
        registering = write;
        Futures.whenDone(write.answer(), (result, failure) -> {
            if (now == attempt) {
                registering = null;
                registered(sent, result, failure);
            }
        });
    }

    private Request.Builder registration(ServiceInstance form, Origin in) {
        long supersedes = in.equals(claim.origin()) ? claim.incarnation() : 0;
        return Request.newBuilder()
                .setRegister(Wire.register(new Change.Register(form, supersedes), options.namespace()));
    }

    private void registered(Sent sent, @Nullable Result result, @Nullable Throwable failure) {
        if (result != null) {
            accepted(sent, result.getRegister());
        } else if (state == State.CLOSED) {
            over();
        } else if (failure instanceof MusterException refusal) {
            refused(sent, refusal);
        }
    }

    private void accepted(Sent sent, RegisterResponse response) {
        claim = new Claim(session.origin(), response.getIncarnation());
        if (state == State.CLOSED) {
            deregister();
            return;
        }
        accepted = sent.form;
        everAccepted = true;
        problem = null;
        backoff.reset();
        wishes.removeAll(sent.wishes);
        become(State.REGISTERED);
        LOG.info("{} is registered as incarnation {}", key, claim.incarnation());
        sent.wishes.forEach(wish -> wish.granted.complete(null));
        first.complete(this);
        List.copyOf(wishes).forEach(this::send);
    }

    private void refused(Sent sent, MusterException refusal) {
        problem = refusal;
        boolean hopeless = refusal.reason() == Reason.INVALID || refusal.reason() == Reason.UNSUPPORTED;
        if (refusal.reason() == Reason.FENCED) {
            finish(State.FENCED, refusal);
        } else if (hopeless && !everAccepted) {
            finish(State.REFUSED, refusal);
        } else if (hopeless && !sent.wishes.isEmpty()) {
            sent.wishes.forEach(wish -> drop(wish, refusal));
            register();
        } else {
            LOG.warn("{} is not registered and is tried again: {}", key, refusal.getMessage());
            retry = loop.schedule(backoff.next(), this::register);
        }
    }

    // ---- updating -------------------------------------------------------------------------------------------------

    private void wish(Wish wish) {
        if (state.isFinal()) {
            wish.granted.completeExceptionally(new MusterException(
                    Reason.INVALID, Fate.NOT_APPLIED, "update of " + key + ": its registration is " + state));
            return;
        }
        wishes.add(wish);
        wanted = wish.update.applyTo(wanted);
        Loop.Timer late = loop.schedule(
                options.requestTimeout(),
                () -> wish.granted.completeExceptionally(new MusterException(
                        Reason.UNKNOWN_OUTCOME,
                        Fate.UNKNOWN,
                        "no answer to the update of " + key + " within "
                                + options.requestTimeout().toMillis()
                                + " ms; it is kept, and said again when needed")));
        Futures.whenDone(wish.granted, (nothing, failure) -> late.cancel());
        if (state == State.REGISTERED) {
            send(wish);
        }
    }

    private void send(Wish wish) {
        int now = attempt;
        Change.Update update = new Change.Update(key, wish.update, claim.incarnation(), 0);
        Futures.whenDone(write(update), (result, failure) -> {
            if (now == attempt && !state.isFinal()) {
                updated(wish, failure);
            }
        });
    }

    private void updated(Wish wish, @Nullable Throwable failure) {
        if (failure == null) {
            wishes.remove(wish);
            accepted = wish.update.applyTo(accepted);
            wish.granted.complete(null);
        } else if (failure instanceof MusterException refusal) {
            switch (refusal.reason()) {
                case FENCED -> finish(State.FENCED, refusal);
                case NOT_FOUND, CONFLICT, LEASE_UNKNOWN -> register();
                default -> drop(wish, refusal);
            }
        }
    }

    /** The registry does not want it: from now on nobody does. */
    private void drop(Wish wish, MusterException refusal) {
        wishes.remove(wish);
        ServiceInstance form = accepted;
        for (Wish other : wishes) {
            form = other.update.applyTo(form);
        }
        wanted = form;
        wish.granted.completeExceptionally(refusal);
    }

    // ---- leaving --------------------------------------------------------------------------------------------------

    /** Stops, and deregisters what is registered. On the loop; may be called again. */
    void leave() {
        if (!state.isFinal()) {
            boolean registered = state == State.REGISTERED;
            fail(
                    State.CLOSED,
                    new MusterException(
                            Reason.UNKNOWN_OUTCOME, Fate.UNKNOWN, "the registration of " + key + " was closed"));
            if (registered) {
                deregister();
            } else if (!isUnderWay()) {
                abandonUnsent();
                over();
            }
        }
    }

    /** Stops; the end of the session deregisters what is registered. On the loop. */
    void leaveWithSession() {
        if (!state.isFinal()) {
            fail(
                    State.CLOSED,
                    new MusterException(Reason.UNKNOWN_OUTCOME, Fate.UNKNOWN, "the client of " + key + " was closed"));
            over();
        }
    }

    /** Why it was not accepted in time. On the loop. */
    MusterException late() {
        MusterException last = problem;
        String detail =
                key + " was not accepted within " + options.requestTimeout().toMillis() + " ms"
                        + (last == null ? "" : "; last refusal: " + last.detail());
        return isUnderWay()
                ? new MusterException(Reason.UNKNOWN_OUTCOME, Fate.UNKNOWN, detail)
                : new MusterException(Reason.UNAVAILABLE, Fate.NOT_APPLIED, detail);
    }

    private boolean isUnderWay() {
        PendingWrite write = registering;
        return write != null && write.streams() > 0;
    }

    private void abandonUnsent() {
        PendingWrite write = registering;
        if (write != null && write.streams() == 0) {
            write.answer().cancel(false);
        }
    }

    private void deregister() {
        attempt++;
        Change.Deregister change = new Change.Deregister(key, claim.incarnation());
        Futures.whenDone(write(change), (result, failure) -> over());
    }

    private CompletableFuture<Result> write(Change change) {
        return session.submit(PendingWrite.patient(in -> Wire.request(change, options.namespace())))
                .answer();
    }

    private void finish(State last, MusterException why) {
        LOG.warn("{} is {} and stays so: {}", key, last, why.getMessage());
        fail(last, why);
        over();
    }

    private void fail(State last, MusterException why) {
        cancelRetry();
        become(last);
        List<Wish> unheard = List.copyOf(wishes);
        wishes.clear();
        unheard.forEach(wish -> wish.granted.completeExceptionally(why));
        first.completeExceptionally(why);
    }

    private void over() {
        attempt++;
        session.unfollow(this);
        if (gone.complete(null)) {
            whenOver.accept(this);
        }
    }

    private void become(State next) {
        if (state != next) {
            state = next;
            listeners.tell(next);
        }
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }

    /** What a registration said, noted when it was written down. */
    private static final class Sent {
        private ServiceInstance form = ServiceInstance.of("", "");
        private List<Wish> wishes = List.of();
    }
}
