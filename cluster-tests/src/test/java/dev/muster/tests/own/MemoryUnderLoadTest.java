// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two instances behind nginx, 200 calls a second, and one of them runs out of heap or of stack until its keeper has
 * nothing more to give. On each JDK that stands beside this one.
 */
@ClusterTest(nodes = 1)
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class MemoryUnderLoadTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int CALLS_PER_SECOND = 200;
    private static final List<String> PARTS = List.of(
            "bundle.json",
            "threads.txt",
            "process.txt",
            "log.txt",
            "new-instance.log",
            "manifest.txt",
            "vm-flags.txt",
            "vm-info.txt",
            "class-histogram.txt",
            "heap.hprof.gz");

    /** One for each test, since they share a cluster. */
    private final String service = "hungry-" + UUID.randomUUID();

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    static Stream<Arguments> errorsOnEachJdk() throws IOException {
        Path own = Path.of(System.getProperty("java.home")).toRealPath();
        try (Stream<Path> beside = Files.list(own.getParent())) {
            return beside
                    .map(MemoryUnderLoadTest::real)
                    .distinct()
                    .filter(jdk -> Files.isExecutable(jdk.resolve("bin/java")))
                    .sorted()
                    .toList()
                    .stream()
                    .flatMap(jdk -> Stream.of("/oom", "/oom?caught=true", "/soe", "/soe?caught=true")
                            .map(error -> Arguments.of(jdk, error)));
        }
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("errorsOnEachJdk")
    void nobodyNoticesThatAnInstanceIsReplacedUntilThereIsNothingMoreToGive(Path jdk, String error, TestCluster cluster)
            throws Exception {
        List<String> sizes = error.startsWith("/oom")
                ? List.of("-Xmx37m instead of -Xmx32m", "-Xmx43m instead of -Xmx37m")
                : List.of("-Xss592k instead of -Xss512k", "-Xss684k instead of -Xss592k");
        define("a", jdk);
        define("b", jdk);
        Edge edge = Edge.define(host, service);
        host.keeper(cluster);
        MusterClient client = cluster.client();
        ServiceView view = client.view(service);
        await("both serve").atMost(LONGEST_WAIT).until(() -> view.instances().size() == 2);
        edge.awaitRoutes();
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        view.onChange(snapshot -> seen.add(snapshot.serving().size()));
        try (Traffic traffic = Traffic.to(edge.uri(), CALLS_PER_SECOND).awaitMore(CALLS_PER_SECOND)) {
            for (int replacement = 1; replacement <= 2; replacement++) {
                long old = host.pid("a");
                ServiceInstance before = a(view);
                cause(error, before);
                await("another one is listed")
                        .atMost(LONGEST_WAIT)
                        .until(() -> !a(view).key().equals(before.key()));
                assertThat(isAlive(old))
                        .as("the old one while the new one serves")
                        .isTrue();
                awaitTold(client, 2 * replacement);
                assertThat(isAlive(old)).isFalse();
                assertThat(told(client).get(2 * replacement - 2).cause())
                        .contains(sizes.get(replacement - 1), "pid " + old);
                assertBundleIsComplete(told(client).get(2 * replacement - 1));
                traffic.awaitMore(CALLS_PER_SECOND);
            }
            cause(error, a(view));
            awaitTold(client, 5);
            traffic.awaitMore(CALLS_PER_SECOND);
            System.out.printf(
                    "%s on %s: %d calls through nginx, failed %d%n",
                    error,
                    jdk.getFileName(),
                    traffic.answered(),
                    traffic.failures().size());
            assertThat(traffic.failures()).isEmpty();
        }
        assertThat(told(client))
                .extracting(RegistryEvent::kind)
                .containsExactly(
                        "memory_error_with_restart_before",
                        "memory_error_with_restart_after",
                        "memory_error_with_restart_before",
                        "memory_error_with_restart_after",
                        "memory_error_without_restart");
        assertThat(told(client).get(4).cause()).contains("MAX_RESTARTS");
        assertThat(seen).as("how many served, at each change").isNotEmpty().containsOnly(2);
    }

    private void define(String unit, Path jdk) {
        host.manifest(unit, """
                argv: [%s, '${port.http}']
                register: {service: %s, endpoints: {http: {host: 127.0.0.1, port: auto}}}
                ready: {http: 'http://127.0.0.1:${port.http}/'}
                memory: {restarts: 2}
                """.formatted(HungryService.argv(jdk.resolve("bin/java"), "-Xmx32m", "-Xss512k"), service));
    }

    /** What the unit {@code a} has on the list that serves. */
    private static ServiceInstance a(ServiceView view) {
        return view.instances().stream()
                .filter(instance -> instance.id().startsWith("a"))
                .findFirst()
                .orElseThrow();
    }

    /** Has that instance get the error. No answer is expected. */
    private static void cause(String error, ServiceInstance instance) {
        URI uri = URI.create("http://" + instance.endpoint("http").address() + error);
        var unused = HttpClient.newHttpClient()
                .sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
    }

    private void awaitTold(MusterClient client, int count) {
        await(count + " events are told")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> told(client).size() >= count);
    }

    private List<RegistryEvent> told(MusterClient client) {
        return client.events()
                .list(EventQuery.all().types(EventType.CLIENT).service(service))
                .filter(event -> event.kind().startsWith("memory_"))
                .toList();
    }

    private void assertBundleIsComplete(RegistryEvent after) {
        String incident = Told.of(after).orElseThrow().incident();
        Path bundle = Path.of(JsonParser.parseString(host.order("{\"do\": \"incident\", \"id\": \"" + incident + "\"}"))
                .getAsJsonObject()
                .get("bundle")
                .getAsString());
        assertThat(PARTS).allSatisfy(part -> assertThat(bundle.resolve(part)).isNotEmptyFile());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path;
        }
    }
}
