// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaListener;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Tells load balancers, by the standard gRPC health service, whether this node serves ("" and {@link #REGISTRY}) and
 * whether it leads ({@link #LEADER}). Thread-safe.
 */
final class HealthReporter {
    static final String REGISTRY = "muster.Registry";
    static final String LEADER = "muster.leader";

    private final HealthStatusManager health = new HealthStatusManager();
    private final Executor executor;
    private volatile boolean hasState;
    private volatile boolean member = true;
    private volatile String grey = "";
    private volatile int diskMillis;
    private volatile @Nullable Replica followed;

    HealthReporter(Executor executor) {
        this.executor = executor;
        set(false, false);
    }

    /** Whether the node serves: as a member that leads and is ready, or knows another one that leads. */
    boolean serves(Replica replica) {
        Leadership now = replica.leadership();
        if (!member || replica.state().clusterId().isEmpty()) {
            return false;
        }
        return now.leads() || (!now.leader().isEmpty() && !now.leader().equals(replica.node()));
    }

    BindableService service() {
        return health.getHealthService();
    }

    /** Why the node should not be used though it serves, empty when it may. */
    String grey() {
        return grey;
    }

    /** What the disk takes for a small durable write, in milliseconds; 0 for unknown. */
    int diskMillis() {
        return diskMillis;
    }

    void diskTakes(int millis) {
        diskMillis = millis;
    }

    /** A node that is not let in yet does not serve: who has to wait for it must not go on to the next one. */
    void member(boolean isMember) {
        member = isMember;
        reportSoon();
    }

    /** From now on the node should not be used, for this reason; without one it may be again. */
    void standAside(Optional<String> why) {
        grey = why.orElse("");
        reportSoon();
    }

    private void reportSoon() {
        Replica replica = followed;
        if (replica != null) {
            executor.execute(() -> report(replica));
        }
    }

    void follow(Replica replica) {
        followed = replica;
        replica.addListener(new ReplicaListener() {
            @Override
            public void onLeadership(Leadership leadership) {
                executor.execute(() -> report(replica));
            }

            @Override
            public void onApplied(RegistryState state) {
                if (!hasState && !state.clusterId().isEmpty()) {
                    hasState = true;
                    executor.execute(() -> report(replica));
                }
            }
        });
        report(replica);
    }

    void stop() {
        health.enterTerminalState();
    }

    private synchronized void report(Replica replica) {
        set(serves(replica) && grey.isEmpty(), replica.leadership().leads());
    }

    private void set(boolean serves, boolean leads) {
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status(serves));
        health.setStatus(REGISTRY, status(serves));
        health.setStatus(LEADER, status(leads));
    }

    private static ServingStatus status(boolean serving) {
        return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }
}
