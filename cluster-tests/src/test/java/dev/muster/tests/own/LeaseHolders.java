// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.testing.chaos.Crew;
import dev.muster.testing.history.History;
import dev.muster.testing.history.LeaseLife;
import dev.muster.testing.history.LeaseLife.Beat;
import dev.muster.testing.history.LeaseLife.Look;
import dev.muster.tests.RawNode;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.RegisterRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps leases alive for a while, falls silent, and looks when their instances go: without the client between, so that it
 * is known when each keep-alive was sent and whether it was acknowledged. For one thread.
 */
final class LeaseHolders {
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final long CALL_MILLIS = 600;
    private static final int LONGEST_LIFE_BEATS = 20;

    private final String name;
    private final List<RawNode> nodes;
    private final History history;
    private final Crew crew;
    private final Random random;
    private int lives;

    LeaseHolders(String name, List<RawNode> nodes, History history, Crew crew, Random random) {
        this.name = name;
        this.nodes = nodes;
        this.history = history;
        this.crew = crew;
        this.random = random;
    }

    /** One lease from its grant until its instance is gone, or the end of the run. */
    void live() {
        lives++;
        String service = name + "-" + lives;
        List<Beat> beats = new ArrayList<>();
        List<Look> looks = new ArrayList<>();
        long granted = System.nanoTime();
        Optional<Long> lease = answered(() -> grant(service));
        if (lease.isEmpty()) {
            return;
        }
        beats.add(new Beat(granted, System.nanoTime(), true));
        int beatsLeft = random.nextInt(LONGEST_LIFE_BEATS);
        boolean present = true;
        while (present && !crew.isStopped()) {
            if (beatsLeft-- > 0) {
                beats.add(beat(lease.get()));
            }
            long asked = System.nanoTime();
            Optional<Boolean> seen = answered(() -> look(service));
            if (seen.isPresent()) {
                present = seen.get();
                looks.add(new Look(asked, System.nanoTime(), present));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        history.add(new LeaseLife(service, TTL, beats, looks));
    }

    /** The lease, once an instance lives under it. */
    private Long grant(String service) {
        RawNode node = anyNode();
        long lease = node.leases()
                .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                .grant(GrantLeaseRequest.newBuilder()
                        .setTtlMillis((int) TTL.toMillis())
                        .build())
                .getLease();
        var unused = node.registry()
                .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                .register(RegisterRequest.newBuilder()
                        .setLease(lease)
                        .setInstance(Instance.newBuilder()
                                .setKey(InstanceKey.newBuilder()
                                        .setService(service)
                                        .setId("i"))
                                .addEndpoints(Endpoint.newBuilder()
                                        .setName("grpc")
                                        .setProtocol("grpc")
                                        .setHost("10.0.0.1")
                                        .setPort(8080)))
                        .build());
        return lease;
    }

    private Beat beat(long lease) {
        long sent = System.nanoTime();
        Optional<Boolean> known = answered(() -> anyNode()
                .leases()
                .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                .keepAlive(KeepAliveRequest.newBuilder().addLeases(lease).build())
                .getUnknownList()
                .isEmpty());
        return new Beat(sent, System.nanoTime(), known.orElse(false));
    }

    private Boolean look(String service) {
        return anyNode()
                        .registry()
                        .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                        .lookup(LookupRequest.newBuilder().setService(service).build())
                        .getInstancesCount()
                > 0;
    }

    private RawNode anyNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private static <T> Optional<T> answered(java.util.function.Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }
}
