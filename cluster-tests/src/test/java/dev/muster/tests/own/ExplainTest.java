// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.cli.Main;
import dev.muster.client.Change;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.HoldRegistration;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import dev.muster.tests.RawNode;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.RegisterRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code muster explain} names the cause and the deciding event of whatever can become of an instance. */
@ClusterTest(settings = {"expiry.window=60s", "expiry.hold=60s"})
@Timeout(120)
final class ExplainTest {
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private int asked;

    @Test
    void killedProcessIsExplainedByItsLostSession(TestCluster cluster) {
        JavaChild process = JavaChild.start(
                cluster.folder(),
                "killed",
                HoldRegistration.class.getName(),
                List.of(String.join(",", cluster.endpoints()), "killed", "a", Long.toString(TTL.toMillis())));
        cluster.closedWithCluster(process::kill);
        process.awaitOutput("STATE REGISTERED", LONGEST_WAIT);
        process.kill();
        awaitEvent(cluster, "killed", EventType.INSTANCE_EXPIRED);

        assertExplained(cluster, "killed/a", "no", "lost", EventType.INSTANCE_EXPIRED)
                .contains("killed, hangs or is cut off")
                .containsPattern("session \\d+ of \"hold-a\" was not heard in its 3000 ms");
    }

    @Test
    @Tag("long")
    void expiredLeaseIsExplainedByItsEnd(TestCluster cluster) {
        registerUnderLease(cluster, "expired", "a");
        awaitEvent(cluster, "expired", EventType.INSTANCE_EXPIRED);

        assertExplained(cluster, "expired/a", "no", "expired", EventType.INSTANCE_EXPIRED)
                .containsPattern("lease \\d+ was not renewed in its 1000 ms");
    }

    @Test
    @Tag("long")
    void whatTheBudgetHoldsIsExplainedByIt(TestCluster cluster) {
        for (int i = 0; i < 4; i++) {
            registerUnderLease(cluster, "fleet", "i" + i);
        }
        MusterClient client = cluster.client();
        await("half of it is held")
                .atMost(LONGEST_WAIT)
                .until(() -> client.lookup("fleet").held() == 2);
        String held = client.lookup("fleet").instances().get(0).id();

        assertExplained(cluster, "fleet/" + held, "yes", "held", EventType.LEASE_HELD)
                .contains("the expiry budget keeps it listed: service default/fleet");
    }

    @Test
    void whatIsDeregisteredDrainedOrDownIsExplainedByWhoDidIt(TestCluster cluster) {
        MusterClient owner = cluster.client();
        MusterClient operator = cluster.client();
        for (String id : List.of("left", "drained", "down")) {
            owner.write(Change.register(instance("orders", id)));
        }
        owner.write(Change.deregister(InstanceKey.of("orders", "left")));
        owner.write(Change.update(
                InstanceKey.of("orders", "drained"), InstanceUpdate.none().status(InstanceStatus.DRAINING)));
        operator.writeDirect(Change.update(
                InstanceKey.of("orders", "down"), InstanceUpdate.none().status(InstanceStatus.DOWN)));

        assertExplained(cluster, "orders/left", "no", "deregistered", EventType.INSTANCE_DEREGISTERED)
                .contains("it was taken off the list: deregistered, by 127.0.0.1");
        assertExplained(cluster, "orders/drained", "no", "draining", EventType.INSTANCE_UPDATED)
                .contains("says that it is draining (updated, by 127.0.0.1");
        assertExplained(cluster, "orders/down", "no", "down", EventType.INSTANCE_UPDATED)
                .contains("says that it is down (updated, by its operator, 127.0.0.1");
        assertThat(explain(cluster, "orders/nobody"))
                .singleElement()
                .asString()
                .contains("nobody\tno\tnever-registered\t\t\tit was never registered");
    }

    @Test
    @Tag("long")
    void replacedProcessIsExplainedByWhoFencedIt(TestCluster cluster) {
        cluster.client().write(Change.register(instance("replaced", "a")));
        cluster.client().write(Change.register(instance("replaced", "a")));

        List<String> lines = explain(cluster, "replaced/a");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("a\tyes\tserving\t");
        assertLine(cluster, lines.get(1), "no", "fenced", EventType.INSTANCE_FENCED)
                .containsPattern(
                        "incarnation \\d+ was fenced: another process took its place as incarnation \\d+, by 127\\.0\\.0\\.1");
    }

    private org.assertj.core.api.AbstractStringAssert<?> assertExplained(
            TestCluster cluster, String instance, String shown, String reason, EventType deciding) {
        return assertLine(cluster, explain(cluster, instance).get(0), shown, reason, deciding);
    }

    private static org.assertj.core.api.AbstractStringAssert<?> assertLine(
            TestCluster cluster, String line, String shown, String reason, EventType deciding) {
        String[] cells = line.split("\t", -1);
        assertThat(cells).as(line).hasSize(6);
        assertThat(cells[1]).as(line).isEqualTo(shown);
        assertThat(cells[2]).as(line).isEqualTo(reason);
        RegistryEvent event = cluster.client()
                .events()
                .list(EventQuery.all().fromSequence(Long.parseLong(cells[4])))
                .findFirst()
                .orElseThrow();
        assertThat(event.type()).as(line).isEqualTo(deciding);
        return assertThat(cells[5]);
    }

    /** What the command says, line by line. */
    private List<String> explain(TestCluster cluster, String what) {
        JavaChild command = JavaChild.start(
                cluster.folder(),
                "explain-" + ++asked,
                Main.class.getName(),
                List.of(
                        "explain",
                        what,
                        "-w",
                        "simple",
                        "--timeout",
                        "30s",
                        "--endpoints",
                        String.join(",", cluster.endpoints())));
        command.awaitExit(LONGEST_WAIT);
        return command.output().lines().filter(line -> line.contains("\t")).toList();
    }

    private static void awaitEvent(TestCluster cluster, String service, EventType type) {
        MusterClient client = cluster.client();
        await(type + " of " + service)
                .atMost(LONGEST_WAIT)
                .until(() -> client.events()
                        .list(EventQuery.all().service(service).types(type))
                        .findFirst()
                        .isPresent());
    }

    private static ServiceInstance instance(String service, String id) {
        return ServiceInstance.of(service, id).endpoint("grpc", "10.0.0.1", 8080);
    }

    /** Under a lease of a second that nobody renews. */
    private static void registerUnderLease(TestCluster cluster, String service, String id) {
        try (RawNode node = RawNode.at(cluster.awaitLeader().endpoint())) {
            long lease = node.leases()
                    .grant(GrantLeaseRequest.newBuilder().setTtlMillis(1_000).build())
                    .getLease();
            var unused = node.registry()
                    .register(RegisterRequest.newBuilder()
                            .setLease(lease)
                            .setInstance(Instance.newBuilder()
                                    .setKey(dev.muster.v1.InstanceKey.newBuilder()
                                            .setService(service)
                                            .setId(id))
                                    .addEndpoints(Endpoint.newBuilder()
                                            .setName("grpc")
                                            .setProtocol("grpc")
                                            .setHost("10.0.0.1")
                                            .setPort(8080)))
                            .build());
        }
    }
}
