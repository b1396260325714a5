// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.cli.Main;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A keeper in a process of its own, and what the registry sees of its units. */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class KeeperTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern START_OF = Pattern.compile(" kept\\.([0-9]+) ");

    /** One for each test, since they share a cluster. */
    private final String service = "kept-" + UUID.randomUUID();

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @BeforeEach
    void manifest() {
        host.manifest("kept", """
                argv: [/bin/sleep, 1000]
                register: {service: %s, endpoints: {http: {host: 127.0.0.1, port: 8080}}}
                restart: {budget: 100}
                """.formatted(service));
    }

    @Test
    void killedServiceLeavesTheListAndComesBackAsANewIncarnation(TestCluster cluster) {
        keeper(cluster);
        MusterClient client = cluster.client();
        ServiceInstance before = awaitListed(client);
        Queue<List<ServiceInstance>> seen = new ConcurrentLinkedQueue<>();
        ServiceView view = client.view(service);
        view.onChange(snapshot -> seen.add(snapshot.serving()));
        await().atMost(LONGEST_WAIT).until(() -> !seen.isEmpty());
        kill(pid());

        await().atMost(LONGEST_WAIT).until(() -> isNewer(view.instances(), before));
        assertThat(seen).as("it was not listed while it did not run").contains(List.of());
        List<RegistryEvent> told = awaitTold(client, 2);
        assertThat(told)
                .extracting(RegistryEvent::kind)
                .containsExactly(
                        "start_microservices_stopped_outside_muster_before",
                        "start_microservices_stopped_outside_muster_after");
        assertThat(told.get(0).key().orElseThrow().service()).isEqualTo(service);
        assertThat(told.get(0).cause()).contains("SIGKILL", "kept.2");
    }

    @Test
    @Tag("long")
    void killedKeeperIsFollowedByOneThatClaimsTheSameIncarnationAndNobodySeesAGap(TestCluster cluster) {
        JavaChild keeper = keeper(cluster);
        MusterClient client = cluster.client();
        ServiceInstance before = awaitListed(client);
        long pid = pid();
        Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
        client.view(service).onChange(snapshot -> sizes.add(snapshot.serving().size()));
        await().atMost(LONGEST_WAIT).until(() -> !sizes.isEmpty());
        awaitClaimed();
        keeper.kill();
        keeper(cluster);

        await("the session of the killed keeper is over")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> client.events()
                        .list(EventQuery.all().types(EventType.SESSION_EXPIRED))
                        .anyMatch(event -> event.lease() == before.listing().lease()
                                || event.session() == before.listing().lease()));
        ServiceInstance after = awaitListed(client);
        assertThat(after.listing().incarnation()).isEqualTo(before.listing().incarnation());
        assertThat(after.listing().lease()).isNotEqualTo(before.listing().lease());
        assertThat(client.events().list(EventQuery.all().service(service)).map(RegistryEvent::type))
                .as("the next keeper was there in time, and took nothing off the list")
                .doesNotContain(EventType.INSTANCE_EXPIRED, EventType.INSTANCE_DEREGISTERED);
        assertThat(sizes).as("how many were listed, at each change").containsOnly(1);
        assertThat(pid()).isEqualTo(pid);
    }

    @Test
    void serviceKilledWithoutARegistryIsHealedAndToldOfOnceAfterwards(TestCluster cluster) throws IOException {
        JavaChild keeper = keeper(cluster);
        awaitListed(cluster.client());
        cluster.nodes().forEach(TestNode::kill);
        long first = pid();
        kill(first);
        long second = awaitPidOtherThan(first);
        keeper.kill();
        keeper = keeper(cluster);
        kill(second);
        awaitPidOtherThan(second);
        cluster.nodes().forEach(TestNode::restart);

        MusterClient client = cluster.client();
        awaitTold(client, 4);
        keeper.kill();
        // As if the power had gone before it was written: the log has to be searched for each of them.
        Files.deleteIfExists(host.data().resolve("incidents.sent"));
        keeper(cluster);
        awaitListed(client);
        kill(pid());
        List<RegistryEvent> told = awaitTold(client, 6);
        assertThat(told).extracting(RegistryEvent::cause).doesNotHaveDuplicates();
        assertThat(told.stream().map(KeeperTest::start)).containsExactly(2L, 2L, 3L, 3L, 4L, 4L);
        awaitListed(client);
    }

    @Test
    void serviceThatRanOutOfMemoryIsReplacedByALargerOneAndNobodySeesAGap(TestCluster cluster) throws Exception {
        host.manifest("kept", """
                argv: [%s, '${port.http}']
                register: {service: %s, endpoints: {http: {host: 127.0.0.1, port: auto}}}
                ready: {tcp: '127.0.0.1:${port.http}', every: 100ms}
                drain: 1s
                """.formatted(
                HungryService.argv(Path.of(System.getProperty("java.home"), "bin", "java"), "-Xmx32m"), service));
        keeper(cluster);
        MusterClient client = cluster.client();
        ServiceInstance before = awaitListed(client);
        long pid = pid();
        Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
        ServiceView view = client.view(service);
        view.onChange(snapshot -> sizes.add(snapshot.serving().size()));
        await().atMost(LONGEST_WAIT).until(() -> sizes.contains(1));
        sizes.clear();
        var unused = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + before.endpoints().get(0).port() + "/oom?caught=true"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());

        await("both events are told")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> memoryErrors(client).size() == 2);
        assertThat(memoryErrors(client))
                .extracting(RegistryEvent::kind)
                .containsExactly("memory_error_with_restart_before", "memory_error_with_restart_after");
        assertThat(memoryErrors(client).get(0).cause()).contains("HEAP", "-Xmx37m instead of -Xmx32m", "pid " + pid);
        await("the old one is off the list")
                .atMost(LONGEST_WAIT)
                .until(() -> view.instances().size() == 1);
        assertThat(view.instances().get(0).key().id()).isNotEqualTo(before.key().id());
        assertThat(view.instances().get(0).endpoints()).isNotEqualTo(before.endpoints());
        assertThat(sizes).as("how many served, at each change").isNotEmpty().containsOnly(1);
        assertThat(pid()).isNotEqualTo(pid);
    }

    @Test
    void unitThatIsGivenUpIsExplainedByThat(TestCluster cluster) {
        host.manifest("kept", """
                argv: [/bin/false]
                register: {service: %s, endpoints: {http: {host: 127.0.0.1, port: 8080}}}
                restart: {backoff: 100ms, most: 100ms, budget: 2}
                """.formatted(service));
        keeper(cluster);
        await("it is told")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> cluster.client()
                        .events()
                        .list(EventQuery.all().types(EventType.CLIENT).service(service))
                        .anyMatch(event -> event.kind().equals("gave_up")));
        JavaChild explain = JavaChild.start(
                cluster.folder(),
                "explain",
                Main.class.getName(),
                List.of("explain", service, "-w", "simple", "--endpoints", String.join(",", cluster.endpoints())));
        explain.awaitExit(LONGEST_WAIT);

        assertThat(explain.output()).contains("kept\tno\tgave-up\t", "started again 2 times in 60 s");
    }

    private List<RegistryEvent> memoryErrors(MusterClient client) {
        return client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service(service))
                .filter(event -> event.kind().startsWith("memory_"))
                .toList();
    }

    private JavaChild keeper(TestCluster cluster) {
        return host.keeper(cluster, "--lease=20s");
    }

    private ServiceInstance awaitListed(MusterClient client) {
        await("kept is listed")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> client.lookup(service).instances().size() == 1);
        return client.lookup(service).instances().get(0);
    }

    private static boolean isNewer(List<ServiceInstance> now, ServiceInstance before) {
        return now.size() == 1
                && now.get(0).listing().incarnation() > before.listing().incarnation();
    }

    private List<RegistryEvent> awaitTold(MusterClient client, int count) {
        await(count + " events are told")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> told(client).size() >= count);
        return told(client);
    }

    private List<RegistryEvent> told(MusterClient client) {
        return client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service(service))
                .filter(event -> event.kind().startsWith("start_"))
                .toList();
    }

    private static long start(RegistryEvent event) {
        Matcher matcher = START_OF.matcher(event.cause());
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private void awaitClaimed() {
        await().atMost(LONGEST_WAIT).until(() -> host.noted("kept").contains("@"));
    }

    private long awaitPidOtherThan(long before) {
        await("it runs again")
                .atMost(LONGEST_WAIT)
                .until(() -> pid() != before && pid() != 0 && host.noted("kept").contains("READY"));
        return pid();
    }

    private long pid() {
        return host.pid("kept");
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }
}
