// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Change;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.ServiceInstance;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServicesWriteTest {
    private static final InstanceKey KEY = InstanceKey.of("orders", "orders-1");

    private final Shell shell = new Shell();

    @Test
    void everythingAnInstanceSaysOfItselfIsRegistered() {
        shell.run(
                "services",
                "register",
                "orders/orders-1",
                "--endpoint",
                "main=grpc://10.0.0.5:8080",
                "--endpoint",
                "http://[2001:db8::1]:80",
                "--zone",
                "eu-1",
                "--weight",
                "7",
                "--version",
                "1.4.2",
                "--metadata",
                "tier=gold",
                "--metadata",
                "note=a=b,c",
                "--status",
                "starting");
        assertThat(shell.muster.asked)
                .containsExactly(Change.register(ServiceInstance.of(KEY)
                        .endpoint(new Endpoint("main", "grpc", "10.0.0.5", 8080))
                        .endpoint(new Endpoint("http", "http", "2001:db8::1", 80))
                        .zone("eu-1")
                        .weight(7)
                        .version("1.4.2")
                        .metadata(Map.of("tier", "gold", "note", "a=b,c"))
                        .status(InstanceStatus.STARTING)));
    }

    @Test
    void registrationIsShownInEachFormat() {
        String[] line = {"services", "register", "orders/orders-1", "--endpoint", "grpc://h:1", "-w", ""};
        line[6] = "table";
        assertThat(shell.run(line).data())
                .isEqualTo("registered default/orders/orders-1: incarnation 17, revision 812\n");
        line[6] = "simple";
        assertThat(shell.run(line).data()).isEqualTo("17\t812\n");
        line[6] = "json";
        Run run = shell.run(line);
        assertThat(run.data()).isEqualTo("""
                {
                  "namespace": "default",
                  "service": "orders",
                  "id": "orders-1",
                  "revision": 812,
                  "epochId": "00000000feedbeef",
                  "epochOrdinal": 1,
                  "incarnation": 17
                }
                """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void deregistrationIsShownInEachFormat() {
        assertThat(shell.run("services", "deregister", "orders/orders-1", "--namespace", "prod")
                        .data())
                .isEqualTo("deregistered prod/orders/orders-1: revision 812\n");
        assertThat(shell.run("services", "deregister", "orders/orders-1", "--incarnation", "17", "-w", "simple")
                        .data())
                .isEqualTo("812\n");
        assertThat(shell.run("services", "deregister", "orders/orders-1", "-w", "json")
                        .data())
                .isEqualTo("""
                        {
                          "namespace": "default",
                          "service": "orders",
                          "id": "orders-1",
                          "revision": 812,
                          "epochId": "00000000feedbeef",
                          "epochOrdinal": 1
                        }
                        """);
        assertThat(shell.muster.asked)
                .containsExactly(Change.deregister(KEY), new Change.Deregister(KEY, 17), Change.deregister(KEY));
    }

    @Test
    void updateChangesOnlyWhatIsGiven() {
        assertThat(shell.run("services", "update", "orders/orders-1", "--status", "draining")
                        .data())
                .isEqualTo("updated default/orders/orders-1: revision 812\n");
        shell.run("services", "update", "orders/orders-1", "--weight", "0", "--metadata", "a=b", "--if-revision", "9");
        shell.run("services", "update", "orders/orders-1", "--clear-metadata", "--incarnation", "17");
        assertThat(shell.muster.asked)
                .containsExactly(
                        Change.update(KEY, InstanceUpdate.none().status(InstanceStatus.DRAINING)),
                        new Change.Update(KEY, InstanceUpdate.none().weight(0).metadata(Map.of("a", "b")), 0, 9),
                        new Change.Update(KEY, InstanceUpdate.none().metadata(Map.of()), 17, 0));
    }

    @Test
    void updateOfNothingIsInvalid() {
        Run nothing = shell.run("services", "update", "orders/orders-1");
        assertThat(nothing.exitCode()).isEqualTo(3);
        assertThat(nothing.talk())
                .isEqualTo("nothing to change (expected: --status, --weight, --metadata or --clear-metadata)\n");
        assertThat(shell.run("services", "update", "o/1", "--metadata", "a=b", "--clear-metadata")
                        .exitCode())
                .isEqualTo(3);
        assertThat(shell.muster.asked).isEmpty();
    }

    @Test
    void registrationWithoutWeightIsInvalid() {
        Run run = shell.run("services", "register", "orders/orders-1", "--endpoint", "grpc://h:1", "--weight", "0");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.talk()).startsWith("weight of orders/orders-1: 0 (expected: 1 to 65535");
    }

    @Test
    void timeToLiveNeedsALease() {
        Run run = shell.run("services", "register", "orders/orders-1", "--endpoint", "grpc://h:1", "--ttl", "5s");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.talk()).isEqualTo("--ttl: only with --hold (without it there is no lease)\n");
    }

    @Test
    void refusalIsToldWithItsReason() {
        shell.muster.refusal = FakeMuster.refused(Reason.NOT_FOUND, "no instance default/orders/orders-1");
        Run run = shell.run("services", "deregister", "orders/orders-1");
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.data()).isEmpty();
        assertThat(run.talk()).isEqualTo("no instance default/orders/orders-1 [NOT_FOUND]\n");
    }

    @Test
    void unknownFateIsNeverCalledAFailureOnly() {
        shell.muster.refusal = new MusterException(Reason.UNKNOWN_OUTCOME, Fate.UNKNOWN, "the answer was lost");
        Run run = shell.run("services", "deregister", "orders/orders-1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.talk())
                .isEqualTo("the answer was lost [UNKNOWN_OUTCOME]; it may have been done: look with"
                        + " 'muster services get' or 'muster status' before trying again\n");
    }

    @Test
    void writeWithoutALeaderSaysWhoIsThere() {
        shell.muster.refusal = FakeCluster.unavailable("no leader within 5000 ms");
        shell.muster.cluster.status.add(FakeCluster.follower("b", 7450));
        Run run = shell.run("services", "deregister", "orders/orders-1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.talk())
                .isEqualTo(
                        "no leader within 5000 ms [UNAVAILABLE]: see who leads with 'muster status', then try again\n");
    }

    @Test
    void writeWithNobodyThereSaysWhatToDo() {
        shell.muster.refusal = FakeCluster.unavailable("no leader within 5000 ms");
        shell.muster.cluster.status.add(FakeCluster.down(7440));
        Run run = shell.run("services", "deregister", "orders/orders-1", "--endpoints", "127.0.0.1:7440");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.talk()).startsWith("cannot reach any of 127.0.0.1:7440: start a cluster with ");
    }
}
