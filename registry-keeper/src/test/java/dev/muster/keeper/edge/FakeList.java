// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import dev.muster.client.InstanceStatus;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.client.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A service's list as a test says it is. For one thread. */
final class FakeList implements ServiceView {
    private Optional<ServiceSnapshot> current = Optional.empty();
    private Duration age = Duration.ZERO;

    void says(ServiceInstance... instances) {
        List<ServiceInstance> all = List.of(instances);
        current = Optional.of(new ServiceSnapshot(
                "default",
                "orders",
                new Position(1, 1, 1),
                all,
                all.stream().filter(each -> each.status() == InstanceStatus.UP).toList()));
        age = Duration.ZERO;
    }

    void isSoOld(Duration old) {
        age = old;
    }

    @Override
    public String namespace() {
        return "default";
    }

    @Override
    public String service() {
        return "orders";
    }

    @Override
    public ServiceSnapshot snapshot() {
        return current.orElseThrow();
    }

    @Override
    public Optional<ServiceSnapshot> current() {
        return current;
    }

    @Override
    public long revision() {
        return current.isPresent() ? 1 : 0;
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
    public Subscription onChange(Consumer<ServiceSnapshot> listener) {
        return () -> {};
    }

    @Override
    public void close() {}
}
