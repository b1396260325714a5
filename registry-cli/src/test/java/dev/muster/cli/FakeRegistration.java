// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterException;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import dev.muster.client.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A registration whose state a test sets. Safe for use by any thread. */
final class FakeRegistration implements Registration {
    final CompletableFuture<Consumer<State>> listener = new CompletableFuture<>();
    final List<InstanceUpdate> updates = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    private final ServiceInstance instance;
    private volatile State state = State.REGISTERED;

    FakeRegistration(ServiceInstance instance) {
        this.instance = instance;
    }

    /** The next state, told to the listener. */
    void become(State next) {
        state = next;
        listener.join().accept(next);
    }

    @Override
    public ServiceInstance instance() {
        return instance;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long incarnation() {
        return 17;
    }

    @Override
    public String claim() {
        return "";
    }

    @Override
    public Optional<MusterException> problem() {
        return Optional.empty();
    }

    @Override
    public void update(InstanceUpdate update) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> updateAsync(InstanceUpdate update) {
        updates.add(update);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Subscription onState(Consumer<State> newListener) {
        newListener.accept(state);
        listener.complete(newListener);
        return () -> {};
    }

    @Override
    public void close() {
        closed = true;
    }
}
