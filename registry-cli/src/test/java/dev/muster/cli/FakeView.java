// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.InstanceStatus;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A view that shows what a test gives it; its listener runs on the test's thread. Safe for use by any thread. */
final class FakeView implements ServiceView {
    final CompletableFuture<Consumer<ServiceSnapshot>> listener = new CompletableFuture<>();
    volatile ServiceSnapshot snapshot = list(0);
    volatile Duration age = Duration.ZERO;
    volatile boolean closed;

    static ServiceSnapshot list(long revision, ServiceInstance... instances) {
        List<ServiceInstance> all = Arrays.asList(instances);
        return new ServiceSnapshot(
                "default",
                "orders",
                new Position(FakeCluster.POSITION.epochId(), 1, revision),
                all,
                all.stream()
                        .filter(instance -> instance.status() == InstanceStatus.UP)
                        .toList());
    }

    /** The next list of the service, told to the listener. */
    synchronized void show(ServiceSnapshot next) {
        snapshot = next;
        if (listener.isDone()) {
            listener.join().accept(next);
        }
    }

    @Override
    public String namespace() {
        return snapshot.namespace();
    }

    @Override
    public String service() {
        return snapshot.service();
    }

    @Override
    public ServiceSnapshot snapshot() {
        return snapshot;
    }

    @Override
    public Optional<ServiceSnapshot> current() {
        return Optional.of(snapshot);
    }

    @Override
    public long revision() {
        return snapshot.position().revision();
    }

    @Override
    public Duration age() {
        return age;
    }

    @Override
    public boolean isFromDisk() {
        return false;
    }

    @Override
    public CompletableFuture<ServiceView> ready() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized Subscription onChange(Consumer<ServiceSnapshot> newListener) {
        newListener.accept(snapshot);
        listener.complete(newListener);
        return () -> {};
    }

    @Override
    public void close() {
        closed = true;
    }
}
