// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.HoldRegistration;
import dev.muster.testing.JavaChild;
import dev.muster.testing.Machine;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.tests.RawNode;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.RegisterRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Users of the registry that fall silent: killed, frozen, or most of a service at once. */
@ClusterTest(settings = {"expiry.window=20s", "expiry.hold=5s"})
final class LeaseTest {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseTest.class);
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration LONGEST_ELECTION = Duration.ofMillis(1_300);
    private static final Duration POLL = Duration.ofMillis(50);

    @Test
    void killedProcessIsListedForItsTimeAndGoneSoonAfter(TestCluster cluster) {
        MusterClient observer = cluster.client();
        JavaChild process = hold(cluster, "alone", "a");

        process.kill();
        long killed = System.nanoTime();
        awaitGone(observer, "alone", TTL.plusSeconds(1).plus(LONGEST_ELECTION));

        Duration listed = Duration.ofNanos(System.nanoTime() - killed);
        LOG.info("killed process with a lease of {} ms was listed for {} ms", TTL.toMillis(), listed.toMillis());
        assertThat(listed)
                .as("it was last heard at most half of its time before it was killed")
                .isGreaterThan(TTL.dividedBy(2));
    }

    @Test
    void killedProcessIsGoneInTimeThoughTheLeaderIsKilledWithIt(TestCluster cluster) {
        MusterClient observer = cluster.client();
        JavaChild process = hold(cluster, "with-leader", "a");
        TestNode leader = cluster.awaitLeader();

        process.kill();
        long killed = System.nanoTime();
        leader.kill();
        awaitGone(observer, "with-leader", TTL.plusSeconds(1).plus(LONGEST_ELECTION.multipliedBy(2)));

        assertThat(Duration.ofNanos(System.nanoTime() - killed))
                .as("the new leader gives the lease its full time")
                .isGreaterThanOrEqualTo(TTL);
    }

    @Test
    void frozenProcessIsFencedByItsReplacement(TestCluster cluster) {
        MusterClient observer = cluster.client();
        JavaChild old = hold(cluster, "replaced", "a");
        old.pause();
        awaitGone(observer, "replaced", TTL.multipliedBy(3));

        JavaChild replacement = JavaChild.start(
                cluster.folder(), "replacement", HoldRegistration.class.getName(), holding(cluster, "replaced", "a"));
        cluster.closedWithCluster(replacement::kill);
        replacement.awaitOutput("STATE REGISTERED", Duration.ofSeconds(10));
        ServiceInstance newer = observer.lookup("replaced").instances().get(0);
        old.resume();

        old.awaitOutput("STATE FENCED", Duration.ofSeconds(15));
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(3))
                .until(() -> observer.lookup("replaced").instances().equals(List.of(newer)));
        assertThat(replacement.output()).doesNotContain("FENCED");
    }

    @Test
    void serviceOfWhichMostFallSilentAtOnceIsHeldBackVisiblyForAWhile(TestCluster cluster) {
        MusterClient observer = cluster.client();
        List<Long> leases = new ArrayList<>();
        try (RawNode node = RawNode.at(cluster.awaitLeader().endpoint())) {
            for (int i = 0; i < 10; i++) {
                leases.add(register(node, "fleet", "i" + i, TTL));
            }
            ScheduledExecutorService heart = keepAlive(node, leases.subList(0, 1));
            try {
                await("of the nine that are silent, half of ten went and the rest is held")
                        .atMost(TTL.plusSeconds(3))
                        .pollInterval(POLL)
                        .until(() -> observer.lookup("fleet").held() == 4);
                LookupResult held = observer.lookup("fleet");
                LOG.info(
                        "9 of 10 silent: {} listed, {} of them held",
                        held.instances().size(),
                        held.held());
                assertThat(held.instances()).hasSize(5);
                assertThat(observer.services("", dev.muster.client.Consistency.LINEARIZABLE))
                        .filteredOn(service -> service.service().equals("fleet"))
                        .singleElement()
                        .satisfies(service -> assertThat(service.held()).isEqualTo(held.held()));
                assertThat(cluster.awaitLeader().status().heldLeases())
                        .as("of all services")
                        .isGreaterThanOrEqualTo(held.held());

                await("the hold ends by itself")
                        .atMost(Duration.ofSeconds(15))
                        .pollInterval(POLL)
                        .until(() -> observer.lookup("fleet").held() == 0);
                assertThat(observer.lookup("fleet").instances())
                        .extracting(ServiceInstance::id)
                        .containsExactly("i0");
            } finally {
                heart.shutdownNow();
            }
        }
    }

    @Test
    void heldInstanceWhoseOwnerIsHeardAgainStays(TestCluster cluster) {
        MusterClient observer = cluster.client();
        List<Long> leases = new ArrayList<>();
        try (RawNode node = RawNode.at(cluster.awaitLeader().endpoint())) {
            for (int i = 0; i < 10; i++) {
                leases.add(register(node, "sleepers", "i" + i, TTL));
            }
            await("some are held")
                    .atMost(TTL.plusSeconds(3))
                    .pollInterval(POLL)
                    .until(() -> observer.lookup("sleepers").held() > 0);
            List<String> listed = observer.lookup("sleepers").instances().stream()
                    .map(ServiceInstance::id)
                    .toList();
            List<Long> alive = listed.stream()
                    .map(id -> leases.get(Integer.parseInt(id.substring(1))))
                    .toList();
            ScheduledExecutorService heart = keepAlive(node, alive);
            try {
                await("none is held any more")
                        .atMost(Duration.ofSeconds(3))
                        .pollInterval(POLL)
                        .until(() -> {
                            LookupResult result = observer.lookup("sleepers");
                            return result.held() == 0 && result.instances().size() == listed.size();
                        });
                await("they stay beyond the hold")
                        .during(Duration.ofSeconds(6))
                        .atMost(Duration.ofSeconds(7))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> observer.lookup("sleepers").instances().size() == listed.size());
            } finally {
                heart.shutdownNow();
            }
        }
    }

    private static JavaChild hold(TestCluster cluster, String service, String id) {
        JavaChild process = JavaChild.start(
                cluster.folder(), service + "-" + id, HoldRegistration.class.getName(), holding(cluster, service, id));
        cluster.closedWithCluster(() -> {
            if (process.isAlive()) {
                process.kill();
            }
        });
        process.awaitOutput("STATE REGISTERED", Duration.ofSeconds(10));
        return process;
    }

    private static List<String> holding(TestCluster cluster, String service, String id) {
        return List.of(String.join(",", cluster.endpoints()), service, id, Long.toString(TTL.toMillis()));
    }

    private static void awaitGone(MusterClient observer, String service, Duration longest) {
        await(service + " is empty")
                .atMost(Machine.isFitForTiming() ? longest : longest.multipliedBy(3))
                .pollInterval(POLL)
                .ignoreException(dev.muster.client.MusterException.class)
                .until(() -> observer.lookup(service).instances().isEmpty());
    }

    private static long register(RawNode node, String service, String id, Duration ttl) {
        long lease = node.leases()
                .grant(GrantLeaseRequest.newBuilder()
                        .setTtlMillis((int) ttl.toMillis())
                        .build())
                .getLease();
        var unused = node.registry()
                .register(RegisterRequest.newBuilder()
                        .setLease(lease)
                        .setInstance(Instance.newBuilder()
                                .setKey(InstanceKey.newBuilder()
                                        .setService(service)
                                        .setId(id))
                                .addEndpoints(Endpoint.newBuilder()
                                        .setName("grpc")
                                        .setProtocol("grpc")
                                        .setHost("10.0.0.1")
                                        .setPort(8080)))
                        .build());
        return lease;
    }

    private static ScheduledExecutorService keepAlive(RawNode node, List<Long> leases) {
        ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
        KeepAliveRequest beat =
                KeepAliveRequest.newBuilder().addAllLeases(leases).build();
        var unused = heart.scheduleAtFixedRate(
                () -> {
                    try {
                        var unusedAnswer = node.leases().keepAlive(beat);
                    } catch (StatusRuntimeException missed) {
                        // Thrown on, it would have been the last one.
                        LOG.info("a keep-alive was not answered: {}", missed.getStatus());
                    }
                },
                0,
                500,
                TimeUnit.MILLISECONDS);
        return heart;
    }
}
