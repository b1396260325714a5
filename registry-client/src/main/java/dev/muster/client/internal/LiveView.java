// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.InstanceStatus;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import dev.muster.v1.Header;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What users see of a {@link ViewCopy}: one immutable list, swapped by the loop when it changes, and how long ago it was
 * last confirmed. Reading is safe for any thread, the rest is confined to the loop.
 */
final class LiveView implements ServiceView {
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    private final String namespace;
    private final String service;
    private final Duration patience;
    private final Loop loop;
    private final Consumer<LiveView> whenClosed;
    private final ViewCopy copy = new ViewCopy();
    private final Listeners<ServiceSnapshot> listeners;
    private final CompletableFuture<ServiceView> ready = new CompletableFuture<>();

    private volatile @Nullable ServiceSnapshot current;
    private volatile @Nullable Knowledge knowledge;

    /** That the list was complete up to a revision at a time of the loop's clock. */
    private record Knowledge(long revision, boolean dated, long nanos) {}

    LiveView(
            String namespace,
            String service,
            Duration patience,
            Loop loop,
            Executor callbacks,
            Consumer<LiveView> whenClosed) {
        this.namespace = namespace;
        this.service = service;
        this.patience = patience;
        this.loop = loop;
        this.whenClosed = whenClosed;
        this.listeners = new Listeners<>(loop, callbacks);
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public ServiceSnapshot snapshot() {
        ServiceSnapshot now = current;
        return now == null ? firstSnapshot() : now;
    }

    @Override
    public Optional<ServiceSnapshot> current() {
        return Optional.ofNullable(current);
    }

    @Override
    public long revision() {
        Knowledge known = knowledge;
        return known == null ? 0 : known.revision;
    }

    @Override
    public Duration age() {
        Knowledge known = knowledge;
        return known == null || !known.dated ? FOREVER : Duration.ofNanos(Math.max(0, loop.nanoTime() - known.nanos));
    }

    @Override
    public CompletableFuture<ServiceView> ready() {
        return ready.copy();
    }

    @Override
    public Subscription onChange(Consumer<ServiceSnapshot> listener) {
        return listeners.add(listener, () -> current);
    }

    @Override
    public void close() {
        whenClosed.accept(this);
    }

    // ---- on the loop ----------------------------------------------------------------------------------------------

    ViewCopy copy() {
        return copy;
    }

    /** The copy took a frame with this header. */
    void follow(ViewCopy.Step step, Header header) {
        if (step == ViewCopy.Step.CHANGED) {
            ServiceSnapshot next = published();
            current = next;
            learn(header);
            listeners.tell(next);
            ready.complete(this);
        } else {
            learn(header);
        }
    }

    /** There will be no (more) frames. */
    void fail(MusterException why) {
        ready.completeExceptionally(why);
    }

    private ServiceSnapshot published() {
        List<ServiceInstance> all = copy.instances();
        List<ServiceInstance> serving = all.stream()
                .filter(instance -> instance.status() == InstanceStatus.UP)
                .toList();
        Position position = new Position(copy.epochId(), copy.epochOrdinal(), copy.revision());
        return new ServiceSnapshot(namespace, service, position, all, serving);
    }

    /** A frame says how old its own state may be. What is older than the copy still confirms it, so far back. */
    private void learn(Header header) {
        Knowledge before = knowledge;
        boolean dated = header.getAgeMillis() >= 0;
        long nanos = loop.nanoTime() - TimeUnit.MILLISECONDS.toNanos(header.getAgeMillis());
        if (before != null && before.dated && (!dated || before.nanos - nanos > 0)) {
            dated = true;
            nanos = before.nanos;
        }
        knowledge = new Knowledge(copy.revision(), dated, nanos);
    }

    private ServiceSnapshot firstSnapshot() {
        CompletableFuture<ServiceView> first = ready.copy();
        Loop.Timer late = loop.schedule(
                patience,
                () -> first.completeExceptionally(new MusterException(
                        Reason.UNAVAILABLE,
                        Fate.NOT_APPLIED,
                        "no list of " + service + " within " + patience.toMillis() + " ms")));
        try {
            Futures.await(first, loop);
        } finally {
            late.cancel();
        }
        return snapshot();
    }
}
