// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Consistency;
import dev.muster.client.Endpoint;
import dev.muster.client.InstanceStatus;
import dev.muster.client.Listing;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.Moment;
import dev.muster.client.MusterException;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ServicesReadTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.250Z");

    private final Shell shell = new Shell();

    @Test
    void servicesAreListedInEachFormat() {
        shell.muster.services.add(new ServiceSummary("default", "orders", 3, 2, 0, 812));
        shell.muster.services.add(new ServiceSummary("prod", "payments-gateway", 12, 12, 1, 99));
        assertThat(shell.run("services", "ls").data()).isEqualTo("""
                NAMESPACE  SERVICE           INSTANCES  SERVING  HELD  REVISION
                default    orders                    3        2     0       812
                prod       payments-gateway         12       12     1        99
                """);
        assertThat(shell.run("services", "ls", "-w", "simple").data())
                .isEqualTo("default\torders\t3\t2\t0\t812\nprod\tpayments-gateway\t12\t12\t1\t99\n");
        shell.muster.services.remove(1);
        assertThat(shell.run("services", "ls", "-w", "json").data()).isEqualTo("""
                {
                  "services": [
                    {
                      "namespace": "default",
                      "service": "orders",
                      "instances": 3,
                      "serving": 2,
                      "held": 0,
                      "revision": 812
                    }
                  ]
                }
                """);
    }

    @Test
    void noServicesIsNoDataAndAWordBeside() {
        Run run = shell.run("services", "ls");
        assertThat(run.data()).isEmpty();
        assertThat(run.talk()).isEqualTo("there are no services\n");
        assertThat(run.exitCode()).isZero();
        assertThat(shell.run("services", "ls", "-w", "json").data()).isEqualTo("{\n  \"services\": []\n}\n");
    }

    @Test
    void listShowsAllNamespacesUnlessOneIsGiven() {
        shell.run("services", "ls");
        shell.run("services", "ls", "--namespace", "prod", "--consistency", "local");
        assertThat(shell.muster.asked).containsExactly(" LINEARIZABLE", "prod LOCAL");
    }

    @Test
    void theListOfThePastIsAskedForByRevisionOrTime() {
        shell.run("services", "ls", "--at", "4711");
        shell.run("services", "ls", "--namespace", "prod", "--consistency", "local", "--at", "2026-03-01T12:00:00Z");
        shell.run("services", "get", "orders", "--at", "12");
        assertThat(shell.muster.asked)
                .containsExactly(
                        " LINEARIZABLE " + Moment.of(4711),
                        "prod LOCAL " + Moment.of(Instant.parse("2026-03-01T12:00:00Z")),
                        LookupQuery.of("orders").at(Moment.of(12)));
    }

    @Test
    void aMomentThatIsNoneIsRefusedInWords() {
        for (String wrong : new String[] {"0", "yesterday", "-1", "2026-03-01"}) {
            Run run = shell.run("services", "ls", "--at=" + wrong);
            assertThat(run.exitCode()).as(wrong).isEqualTo(ExitCode.INVALID.number());
            assertThat(run.talk()).as(wrong).contains(wrong).contains("expected: a revision");
        }
    }

    @Test
    void whatIsTooLongAgoIsRefusedWithWhatIsKept() {
        shell.muster.refusal = FakeMuster.refused(
                MusterException.Reason.NOT_RETAINED, "at: revision 3 (expected: revision 812 or a later one)");
        Run run = shell.run("services", "ls", "--at", "3");
        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.number());
        assertThat(run.talk()).contains("expected: revision 812 or a later one");
    }

    @Test
    void instancesAreShownInEachFormat() {
        found(ordersOne(), ServiceInstance.of("orders", "orders-2").endpoint("grpc", "::1", 8081));
        Run run = shell.run("services", "get", "orders");
        assertThat(run.data()).isEqualTo("""
                ID        STATUS  ENDPOINTS                                             ZONE  WEIGHT  VERSION  LEASE  INCARNATION  REVISION  REGISTERED            METADATA
                orders-1  up      grpc=grpc://10.0.0.5:8080,admin=http://10.0.0.5:8081  eu-1     100  1.4.2        9           17       801  2026-03-01T12:00:00Z  tier=gold
                orders-2  up      grpc=grpc://[::1]:8081                                -        100  -            -            0         0  1970-01-01T00:00:00Z
                """);
        assertThat(run.talk()).isEqualTo("default/orders at revision 812, age 0ms\n");
        assertThat(shell.run("services", "get", "orders", "-w", "simple").data())
                .startsWith(
                        "orders-1\tup\tgrpc=grpc://10.0.0.5:8080,admin=http://10.0.0.5:8081\teu-1\t100\t1.4.2\t9\t17"
                                + "\t801\t2026-03-01T12:00:00.250Z\ttier=gold\norders-2\t");
        found(ordersOne());
        Run json = shell.run("services", "get", "orders", "-w", "json");
        assertThat(json.data()).isEqualTo("""
                {
                  "namespace": "default",
                  "service": "orders",
                  "revision": 812,
                  "epochId": "00000000feedbeef",
                  "epochOrdinal": 1,
                  "ageMillis": 0,
                  "known": true,
                  "notServing": 0,
                  "held": 0,
                  "instances": [
                    {
                      "namespace": "default",
                      "service": "orders",
                      "id": "orders-1",
                      "status": "up",
                      "endpoints": [
                        {
                          "name": "grpc",
                          "protocol": "grpc",
                          "host": "10.0.0.5",
                          "port": 8080
                        },
                        {
                          "name": "admin",
                          "protocol": "http",
                          "host": "10.0.0.5",
                          "port": 8081
                        }
                      ],
                      "zone": "eu-1",
                      "weight": 100,
                      "version": "1.4.2",
                      "metadata": {
                        "tier": "gold"
                      },
                      "lease": 9,
                      "incarnation": 17,
                      "createRevision": 800,
                      "modifyRevision": 801,
                      "registeredAt": "2026-03-01T12:00:00.250Z"
                    }
                  ]
                }
                """);
        assertThat(json.talk()).isEmpty();
    }

    @Test
    void askedForMoreThanServesAndLessThanFresh() {
        shell.run("services", "get", "orders");
        shell.run("services", "get", "orders", "--all", "--consistency", "local");
        shell.run("services", "get", "orders", "--consistency", "bounded=5s");
        LookupQuery orders = LookupQuery.of("orders");
        assertThat(shell.muster.asked)
                .containsExactly(
                        orders,
                        orders.withNotServing().consistency(Consistency.LOCAL),
                        orders.consistency(Consistency.bounded(Duration.ofSeconds(5))));
    }

    @Test
    void whatIsNotShownIsToldInATable() {
        shell.muster.lookup = new LookupResult(
                FakeCluster.POSITION, ChronoUnit.FOREVER.getDuration(), Arrays.asList(ordersOne()), true, 2, 1);
        Run run = shell.run("services", "get", "orders", "--consistency", "local");
        assertThat(run.talk()).isEqualTo("""
                default/orders at revision 812, age unknown
                2 more do not serve: show them with --all
                1 of them ran out of time and are kept listed for now, because too many of this service did at once
                """);
        assertThat(shell.run("services", "get", "orders", "-w", "json").data()).contains("\"ageMillis\": null,");
    }

    @Test
    void unknownServiceIsAnEmptyListAndAWordBeside() {
        Run run = shell.run("services", "get", "orders");
        assertThat(run.exitCode()).isZero();
        assertThat(run.data()).isEmpty();
        assertThat(run.talk()).isEqualTo("default/orders at revision 812, age 0ms\nno instance of it is registered\n");
    }

    @Test
    void oneInstanceIsShownWhateverItsStatus() {
        found(ordersOne().status(InstanceStatus.DRAINING));
        assertThat(shell.run("services", "get", "orders/orders-1").data()).contains("orders-1  draining");
        assertThat(shell.muster.asked)
                .containsExactly(LookupQuery.of("orders").id("orders-1").withNotServing());
    }

    @Test
    void missingInstanceIsRefused() {
        Run run = shell.run("services", "get", "orders/orders-7", "--namespace", "prod");
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.data()).isEmpty();
        assertThat(run.talk())
                .isEqualTo("prod/orders/orders-7 is not registered: see with 'muster services get orders --all' which"
                        + " ones are\n");
    }

    @Test
    void whatOthersRegisteredCannotDriveTheTerminal() {
        String evil = "\u001b[2Jgone\nforged\trow \u202egnp.exe \u0085 C:\\ \u2066x";
        found(ordersOne().zone(evil).metadata("note", evil));
        for (String format : new String[] {"table", "simple", "json"}) {
            String data = shell.run("services", "get", "orders", "-w", format).data();
            assertThat(data).doesNotContainPattern("[\u001b\u202e\u2066\u0085]").doesNotContain("\nforged");
        }
        assertThat(shell.run("services", "get", "orders", "-w", "simple").data())
                .contains("\\u001b[2Jgone\\nforged\\trow \\u202egnp.exe \\u0085 C:\\\\ \\u2066x")
                .hasLineCount(1);
        assertThat(shell.run("services", "get", "orders", "-w", "json").data())
                .contains("\\u001b[2Jgone\\nforged\\trow \\u202egnp.exe \\u0085 C:\\\\ \\u2066x");
    }

    private void found(ServiceInstance... instances) {
        shell.muster.lookup =
                new LookupResult(FakeCluster.POSITION, Duration.ZERO, Arrays.asList(instances), true, 0, 0);
    }

    static ServiceInstance ordersOne() {
        return ServiceInstance.of("orders", "orders-1")
                .namespace("default")
                .endpoint("grpc", "10.0.0.5", 8080)
                .endpoint(new Endpoint("admin", "http", "10.0.0.5", 8081))
                .zone("eu-1")
                .version("1.4.2")
                .metadata("tier", "gold")
                .listing(new Listing(9, 17, 800, 801, NOON));
    }
}
