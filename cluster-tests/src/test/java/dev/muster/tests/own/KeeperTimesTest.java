// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How soon a keeper sees that something fell, and has it back: each fifty times, and the times printed. */
@ClusterTest(nodes = 1)
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class KeeperTimesTest {
    private static final int TRIALS = 50;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration SHORT_POLL = Duration.ofMillis(2);
    private static final Pattern STARTED = Pattern.compile("started in ([0-9]+) ms");

    private static final Path OWN_JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** One for each test, since they share a cluster. */
    private final String service = "timed-" + UUID.randomUUID();

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @Test
    void deathOfAChildIsSeenAtOnceAndThatOfAnAdoptedProcessSoon(TestCluster cluster) {
        List<String> units =
                IntStream.range(0, TRIALS).mapToObj(index -> "unit-" + index).toList();
        units.forEach(unit -> host.manifest(unit, "argv: [/bin/sleep, 1000]\n"));
        JavaChild keeper = host.keeper(cluster);
        units.forEach(unit -> awaitReadyAnew(unit, 0));
        Times ofChildren = new Times("death of a child seen after");
        units.forEach(unit -> ofChildren.add(killAndSeeItSeen(unit)));
        units.forEach(unit -> awaitReadyAnew(unit, 0));
        keeper.kill();
        host.keeper(cluster);
        units.forEach(unit -> awaitReadyAnew(unit, 0));
        Times ofAdopted = new Times("death of an adopted process seen after");
        units.forEach(unit -> ofAdopted.add(killAndSeeItSeen(unit)));

        ofChildren.print();
        ofAdopted.print();
        assertThat(ofChildren.percentile(99)).isLessThan(100);
        assertThat(ofAdopted.percentile(99)).isLessThan(600);
    }

    @Test
    void killedServiceIsBackSoonAfterItHasStarted(TestCluster cluster) throws IOException {
        defineService();
        host.keeper(cluster);
        ServiceView view = cluster.client().view(service);
        List<Long> back = new ArrayList<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            ServiceInstance before = awaitListed(view);
            long pid = awaitReadyAnew("kept", 0);
            long began = System.nanoTime();
            kill(pid);
            await("it is listed again")
                    .atMost(LONGEST_WAIT)
                    .pollInterval(SHORT_POLL)
                    .until(() -> view.instances().stream()
                            .anyMatch(now -> now.listing().incarnation()
                                    > before.listing().incarnation()));
            back.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            await("this restart does not count any more")
                    .until(() -> System.nanoTime() - began > TimeUnit.SECONDS.toNanos(2));
        }

        List<Long> own = ownStarts();
        assertThat(own).hasSize(TRIALS + 1);
        Times all = new Times("a killed service is listed again after");
        Times beyond = new Times("that without its own start");
        for (int trial = 0; trial < TRIALS; trial++) {
            all.add(back.get(trial));
            beyond.add(back.get(trial) - own.get(trial + 1));
        }
        all.print();
        beyond.print();
        assertThat(beyond.percentile(50)).isLessThan(300);
    }

    @Test
    void killedProxyAnswersAgainInLessThanASecond(TestCluster cluster) {
        defineService();
        Edge edge = Edge.define(host, service);
        host.keeper(cluster);
        Times gone = new Times("a killed nginx answers again after");
        for (int trial = 0; trial < TRIALS; trial++) {
            edge.awaitRoutes();
            ProcessHandle master = edge.master().orElseThrow();
            long began = System.nanoTime();
            master.destroyForcibly();
            await("another one answers")
                    .atMost(LONGEST_WAIT)
                    .pollInterval(SHORT_POLL)
                    .until(() -> !master.isAlive() && host.pid("nginx") != master.pid() && edge.answers());
            gone.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        }

        gone.print();
        assertThat(gone.percentile(50)).isLessThan(1_000);
    }

    @Test
    void frozenServiceLeavesTheListInLessThanTwoSecondsAndItsThreadsAreKept(TestCluster cluster) throws Exception {
        defineService();
        host.keeper(cluster);
        MusterClient client = cluster.client();
        ServiceView view = client.view(service);
        Times hidden = new Times("a frozen service is off the list after");
        for (int trial = 0; trial < TRIALS; trial++) {
            InstanceKey before = awaitListed(view).key();
            long pid = awaitReadyAnew("kept", 0);
            long began = System.nanoTime();
            signal("STOP", pid);
            await("it is hidden")
                    .atMost(LONGEST_WAIT)
                    .pollInterval(SHORT_POLL)
                    .until(() -> client.lookup(service).instances().stream()
                            .noneMatch(listed -> listed.key().equals(before)));
            hidden.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            awaitReadyAnew("kept", pid);
        }

        hidden.print();
        assertThat(hidden.percentile(100)).isLessThan(2_000);
        try (var dumps = Files.list(host.data().resolve("dumps"))) {
            assertThat(dumps).isNotEmpty().allSatisfy(dump -> assertThat(dump).isNotEmptyFile());
        }
    }

    private void defineService() {
        host.manifest("kept", """
                argv: [%s, '${port.http}']
                register: {service: %s, endpoints: {http: {host: 127.0.0.1, port: auto}}}
                ready: {http: 'http://127.0.0.1:${port.http}/'}
                restart: {window: 1s}
                """.formatted(HungryService.argv(OWN_JAVA, "-XX:TieredStopAtLevel=1"), service));
    }

    /** Kills its process; gives how many ms later the keeper saw it. */
    private long killAndSeeItSeen(String unit) {
        long pid = awaitReadyAnew(unit, 0);
        long began = System.currentTimeMillis();
        kill(pid);
        await(unit + " is seen to have ended")
                .atMost(LONGEST_WAIT)
                .until(() -> seenSince(unit, began).isPresent());
        return seenSince(unit, began).getAsLong() - began;
    }

    private OptionalLong seenSince(String unit, long began) {
        JsonObject answer = JsonParser.parseString(
                        host.order("{\"do\": \"incidents\", \"limit\": 1000, \"unit\": \"" + unit + "\"}"))
                .getAsJsonObject();
        return StreamSupport.stream(answer.getAsJsonArray("incidents").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .mapToLong(incident -> incident.get("atMillis").getAsLong())
                .filter(at -> at >= began)
                .min();
    }

    /** Its process, when it is ready with another one than that. */
    private long awaitReadyAnew(String unit, long before) {
        await(unit + " is ready")
                .atMost(LONGEST_WAIT)
                .until(() -> host.noted(unit).contains("READY")
                        && host.pid(unit) != before
                        && ProcessHandle.of(host.pid(unit))
                                .filter(ProcessHandle::isAlive)
                                .isPresent());
        return host.pid(unit);
    }

    private ServiceInstance awaitListed(ServiceView view) {
        await(service + " is listed")
                .atMost(LONGEST_WAIT)
                .until(() -> view.instances().size() == 1);
        return view.instances().get(0);
    }

    /** How long each process of the unit took to start, as it says itself. */
    private List<Long> ownStarts() throws IOException {
        String log = Files.readString(host.data().resolve("logs/kept.log"));
        return STARTED.matcher(log)
                .results()
                .map((MatchResult start) -> Long.parseLong(start.group(1)))
                .toList();
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static void signal(String name, long pid) throws Exception {
        new ProcessBuilder("/bin/kill", "-s", name, Long.toString(pid)).start().waitFor();
    }
}
