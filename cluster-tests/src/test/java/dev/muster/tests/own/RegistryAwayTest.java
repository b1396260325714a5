// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceView;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All nodes are down for two minutes, and those who call a service do not notice. */
@ClusterTest
@Tag("slow")
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class RegistryAwayTest {
    private static final Duration AWAY = Duration.ofMinutes(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int CALLS_PER_SECOND = 100;

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @Test
    void callersOfAServiceDoNotNoticeAndWhatFellMeanwhileIsToldOfAfterwards(TestCluster cluster) {
        for (String unit : List.of("a", "b")) {
            // Its port stays: nobody could be told of another one.
            host.manifest(unit, """
                    argv: [%s, '${port.http}']
                    register: {service: away, endpoints: {http: {host: 127.0.0.1, port: auto}}}
                    ready: {http: 'http://127.0.0.1:${port.http}/'}
                    """.formatted(HungryService.argv(
                    Path.of(System.getProperty("java.home"), "bin", "java"), "-XX:TieredStopAtLevel=1")));
        }
        Edge edge = Edge.define(host, "away");
        host.keeper(cluster);
        MusterClient client = cluster.client();
        ServiceView view = client.view("away");
        await("both serve").atMost(LONGEST_WAIT).until(() -> view.instances().size() == 2);
        edge.awaitRoutes();
        Instant killed;
        try (Traffic throughNginx = Traffic.to(edge.uri(), CALLS_PER_SECOND).awaitMore(CALLS_PER_SECOND);
                Traffic throughTheClient =
                        Traffic.through(view, CALLS_PER_SECOND).awaitMore(CALLS_PER_SECOND)) {
            cluster.nodes().forEach(TestNode::kill);
            long away = System.nanoTime();
            long pid = host.pid("a");
            killed = Instant.now();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await("it is healed")
                    .atMost(LONGEST_WAIT)
                    .until(() -> host.pid("a") != pid && host.noted("a").contains("READY"));
            await("two minutes are over")
                    .atMost(AWAY.plus(LONGEST_WAIT))
                    .until(() -> System.nanoTime() - away > AWAY.toNanos());
            cluster.nodes().forEach(TestNode::start);
            cluster.awaitReady();
            await("it is told")
                    .atMost(LONGEST_WAIT)
                    .ignoreExceptions()
                    .until(() -> told(client).size() >= 2);
            throughNginx.awaitMore(CALLS_PER_SECOND);
            throughTheClient.awaitMore(CALLS_PER_SECOND);
            System.out.printf(
                    "no registry for %d s: %d calls through nginx, failed %d; %d through the Java client, failed %d%n",
                    AWAY.toSeconds(),
                    throughNginx.answered(),
                    throughNginx.failures().size(),
                    throughTheClient.answered(),
                    throughTheClient.failures().size());
            assertThat(throughNginx.failures()).isEmpty();
            assertThat(throughTheClient.failures()).isEmpty();
        }
        await("both are listed")
                .atMost(LONGEST_WAIT)
                .until(() -> view.instances().size() == 2);
        assertThat(told(client))
                .extracting(Told::kind)
                .containsExactly(
                        "start_microservices_stopped_outside_muster_before",
                        "start_microservices_stopped_outside_muster_after");
        assertThat(told(client)).allSatisfy(event -> assertThat(event.at()).isBetween(killed, killed.plusSeconds(30)));
    }

    private static List<Told> told(MusterClient client) {
        return client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service("away"))
                .flatMap(event -> Told.of(event).stream())
                .toList();
    }
}
