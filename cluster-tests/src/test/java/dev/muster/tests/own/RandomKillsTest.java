// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Services, their keeper and the nodes are killed at random, and the log of it has no loose end. */
@ClusterTest
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class RandomKillsTest {
    private static final int KILLS = 100;
    private static final int UNITS = 4;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @Test
    void eachBeforeHasOneEndAndEachIncidentIsToldOnce(TestCluster cluster) {
        List<String> units =
                IntStream.range(0, UNITS).mapToObj(index -> "u" + index).toList();
        units.forEach(unit -> host.manifest(unit, """
                argv: [/bin/sleep, 1000]
                register: {service: random, endpoints: {http: {host: 127.0.0.1, port: 8080}}}
                restart: {backoff: 50ms, most: 50ms, budget: 1000}
                """));
        long seed = System.nanoTime();
        System.out.println("random kills: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        JavaChild keeper = host.keeper(cluster);
        int services = 0;
        int keepers = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    keeper.kill();
                    keeper = host.keeper(cluster);
                    keepers++;
                }
                case 1 -> {
                    TestNode node =
                            cluster.nodes().get(random.nextInt(cluster.nodes().size()));
                    node.kill();
                    node.restart();
                }
                default -> {
                    killUnit(units.get(random.nextInt(UNITS)));
                    services++;
                }
            }
        }
        units.forEach(this::awaitAlive);
        MusterClient client = cluster.client();
        await("all of the journal is told and nothing is open")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> told(client).stream().filter(Told::isBefore).count()
                        == told(client).stream().filter(Told::isEnd).count());

        List<Told> told = told(client);
        System.out.printf(
                "killed: %d services, %d keepers, %d nodes; told: %d incidents, before %d, ends %d%n",
                services,
                keepers,
                KILLS - services - keepers,
                told.size(),
                told.stream().filter(Told::isBefore).count(),
                told.stream().filter(Told::isEnd).count());
        assertThat(told.stream().map(Told::line))
                .as("each line of the journal, in order, once")
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, told.size()).boxed().toList());
        Map<String, List<Told>> incidents =
                told.stream().filter(each -> each.isBefore() || each.isEnd()).collect(groupingBy(Told::incident));
        assertThat(incidents).hasSizeGreaterThanOrEqualTo(services / 2);
        assertThat(incidents.values()).allSatisfy(pair -> {
            assertThat(pair).hasSize(2);
            assertThat(pair.get(0).isBefore()).isTrue();
            assertThat(pair.get(1).isEnd()).isTrue();
        });
    }

    private void killUnit(String unit) {
        awaitAlive(unit);
        ProcessHandle.of(host.pid(unit)).ifPresent(ProcessHandle::destroyForcibly);
    }

    private void awaitAlive(String unit) {
        await(unit + " runs")
                .atMost(LONGEST_WAIT)
                .until(() -> ProcessHandle.of(host.pid(unit))
                        .filter(ProcessHandle::isAlive)
                        .isPresent());
    }

    private static List<Told> told(MusterClient client) {
        return client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service("random"))
                .flatMap(event -> Told.of(event).stream())
                .toList();
    }
}
