// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.muster.keeper.disk.SealedFile;
import dev.muster.keeper.memory.AttachException;
import dev.muster.keeper.memory.AttachedJvm;
import dev.muster.keeper.memory.JvmProcess;
import dev.muster.keeper.memory.TrafficDouble;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JVMs that run out of memory under a keeper, without a registry. */
@Timeout(180)
final class HealedMemoryTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String BEFORE = "MEMORY_ERROR_WITH_RESTART_BEFORE";
    private static final String AFTER = "MEMORY_ERROR_WITH_RESTART_AFTER";

    private Host host;

    @BeforeEach
    void host() throws IOException {
        host = new Host();
    }

    @AfterEach
    void end() throws Exception {
        host.close();
    }

    @Test
    void largerInstanceServesBeforeTheOneThatRanOutOfHeapIsDestroyed() throws Exception {
        unit("auto", 3, "1s");
        host.start();
        long old = host.awaitReady("orders");
        var unused = get("/oom?caught=true");
        long next = host.awaitReadyAnew("orders", old);

        assertThat(get("/ping").join().statusCode()).isEqualTo(200);
        assertThat(Host.isAlive(old)).as("the old one while the new one serves").isTrue();
        awaitIncident(AFTER);
        assertThat(Host.isAlive(old)).isFalse();
        assertThat(host.pid("orders")).isEqualTo(next);
        assertThat(flags(next)).contains("MaxHeapSize=" + (56L << 20));
        List<String> told = host.incidents("orders");
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith(BEFORE).contains("HEAP", "pid " + old, "-Xmx56m instead of -Xmx48m");
        assertThat(told.get(1)).startsWith(AFTER).contains("OK: pid " + next, "pid " + old + " is gone");
        assertThat(told.get(1).split(" ", -1)[1]).isEqualTo(told.get(0).split(" ", -1)[1]);
        bundleIsComplete(told.get(0).split(" ", -1)[1]);
    }

    @Test
    void deeperStackIsGivenToTheNextAndRememberedByTheNextKeeper() throws Exception {
        unit("auto", 3, "0s");
        host.start();
        long old = host.awaitReady("orders");
        var unused = get("/soe");
        long next = host.awaitReadyAnew("orders", old);
        awaitIncident(AFTER);
        assertThat(flags(next)).contains("ThreadStackSize=1180", "MaxHeapSize=" + (48L << 20));

        host.stop();
        host.start();
        assertThat(host.awaitReady("orders")).isEqualTo(next);
        Host.signal("KILL", next);
        assertThat(flags(host.awaitReadyAnew("orders", next))).contains("ThreadStackSize=1180");
        assertThat(host.incidents("orders").stream().filter(line -> line.startsWith(BEFORE)))
                .as("errors that were dealt with are not told again")
                .hasSize(1);
    }

    @Test
    void atTheMaximumTheProcessGoesOnAndTheReasonIsTold() throws Exception {
        unit("auto", 0, "0s");
        host.start();
        long pid = host.awaitReady("orders");
        var unused = get("/oom?caught=true");
        awaitIncident("MEMORY_ERROR_WITHOUT_RESTART");

        assertThat(host.incidents("orders")).singleElement().asString().contains("MAX_RESTARTS");
        assertThat(host.pid("orders")).isEqualTo(pid);
        assertThat(get("/ping").join().statusCode()).isEqualTo(200);
    }

    @Test
    void unitWithAFixedPortIsStoppedBeforeTheLargerOneStarts() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        unit(Integer.toString(port), 3, "0s");
        host.start();
        long old = host.awaitReady("orders");
        var unused = get("/oom?caught=true");
        long next = host.awaitReadyAnew("orders", old);
        awaitIncident(AFTER);

        assertThat(Host.isAlive(old)).isFalse();
        assertThat(flags(next)).contains("MaxHeapSize=" + (56L << 20));
        assertThat(host.incidents("orders")).hasSize(2);
        assertThat(host.incidents("orders").get(0)).startsWith(BEFORE).contains("its ports are fixed");
        assertThat(host.incidents("orders").get(1)).contains("OK: pid " + next);
    }

    @Test
    void keeperKilledAfterTheSwapIsFollowedByOneThatKeepsTheNewProcessAndEndsTheOld() throws Exception {
        unit("auto", 3, "10m");
        host.startProcess();
        long old = host.awaitReady("orders");
        var unused = get("/oom?caught=true");
        long next = host.awaitReadyAnew("orders", old);
        assertThat(Host.isAlive(old)).isTrue();
        host.killProcess();
        host.startProcess();

        assertThat(host.awaitReady("orders")).isEqualTo(next);
        await().atMost(Host.LONGEST).until(() -> !Host.isAlive(old));
        assertThat(get("/ping").join().statusCode()).isEqualTo(200);
        assertThat(host.incidents("orders")).hasSize(2);
        assertThat(host.incidents("orders").get(1)).startsWith("INTERRUPTED");
    }

    @Test
    void keeperKilledBeforeTheSwapIsFollowedByOneThatKeepsTheOldProcessAndEndsTheNew() throws Exception {
        long old = withASecondThatIsNotReady();
        long second = second();
        host.killProcess();
        host.startProcess();

        await().atMost(Host.LONGEST).until(() -> !Host.isAlive(second));
        await().atMost(Host.LONGEST).ignoreExceptions().until(() -> host.pid("orders") == old);
        assertThat(Host.isAlive(old)).isTrue();
        assertThat(second()).isZero();
        assertThat(host.incidents("orders")).hasSize(2);
        assertThat(host.incidents("orders").get(1)).startsWith("INTERRUPTED");
    }

    @Test
    void processThatEndsBeforeItsSuccessorServesIsStartedAgainWithTheNewSize() throws Exception {
        long old = withASecondThatIsNotReady();
        long second = second();
        Host.signal("KILL", old);
        await().atMost(Host.LONGEST)
                .until(() -> host.pid("orders") != old && host.pid("orders") != 0 && !Host.isAlive(second));

        assertThat(host.pid("orders")).isNotEqualTo(second);
        assertThat(flags(host.pid("orders"))).contains("MaxHeapSize=" + (56L << 20));
        assertThat(host.incidents("orders")).anyMatch(line -> line.startsWith("INTERRUPTED"));
    }

    @Test
    void processWhoseSuccessorEndsWhileItDrainsServesAgain() throws Exception {
        unit("auto", 3, "10m");
        host.start();
        long old = host.awaitReady("orders");
        var unused = get("/oom?caught=true");
        long next = host.awaitReadyAnew("orders", old);
        Host.signal("KILL", next);
        awaitIncident(AFTER);

        assertThat(host.awaitReady("orders")).isEqualTo(old);
        assertThat(get("/ping").join().statusCode()).isEqualTo(200);
        await("it is forgotten").atMost(Host.LONGEST).until(() -> second() == 0);
        assertThat(host.incidents("orders")).hasSize(2);
        assertThat(host.incidents("orders").get(1)).contains("FAILED: ", "the old one serves again");
    }

    @Test
    void operatorsStopEndsBothProcesses() throws Exception {
        long old = withASecondThatIsNotReady();
        long second = second();
        host.order("stop", "orders");
        host.awaitPhase("orders", "down");
        await().atMost(Host.LONGEST).until(() -> !Host.isAlive(second) && !Host.isAlive(old));

        await().atMost(Host.LONGEST).until(() -> second() == 0);
        assertThat(host.phase("orders")).isEqualTo("down");
        awaitIncident("INTERRUPTED");
    }

    /** Ready is what finds the door; once it is gone nothing becomes ready any more. */
    private long withASecondThatIsNotReady() throws Exception {
        Path door = Files.createFile(host.manifests().resolve("door"));
        unit("auto", 3, "0s", "ready: {exec: [/bin/ls, " + door + "], every: 50ms}");
        host.startProcess();
        long old = host.awaitReady("orders");
        Files.delete(door);
        await().atMost(Host.LONGEST)
                .ignoreExceptions()
                .until(() -> get("/oom?caught=true").join().statusCode() == 200);
        await("a second process").atMost(Host.LONGEST).until(() -> second() != 0);
        assertThat(Host.isAlive(old)).isTrue();
        return old;
    }

    /** The process that the keeper has noted as the second, 0 for none. */
    private long second() throws IOException {
        JsonObject file = JsonParser.parseString(
                        SealedFile.read(host.data().resolve("units").resolve("orders.state"))
                                .orElseThrow())
                .getAsJsonObject();
        JsonObject second = file.getAsJsonObject("second");
        return second == null || !second.has("process")
                ? 0
                : second.getAsJsonObject("process").get("pid").getAsLong();
    }

    private void unit(String port, int restarts, String drain) throws Exception {
        unit(port, restarts, drain, "ready: {http: 'http://127.0.0.1:${port.http}/ping', every: 100ms, timeout: 5s}");
    }

    private void unit(String port, int restarts, String drain, String ready) throws Exception {
        Path classes = Path.of(TrafficDouble.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        host.unit(
                "orders",
                "argv: [" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + ", -Xmx48m, -XX:+UseSerialGC, -cp, '" + classes + "', " + TrafficDouble.class.getName()
                        + ", '${port.http}']",
                "register: {service: orders, endpoints: {http: {host: 127.0.0.1, port: " + port + "}}}",
                ready,
                "drain: " + drain,
                "memory: {restarts: " + restarts + "}");
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        int port = host.status("orders").getAsJsonObject("ports").get("http").getAsInt();
        return HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void awaitIncident(String type) {
        await(type)
                .atMost(Host.LONGEST)
                .until(() -> host.incidents("orders").stream().anyMatch(line -> line.startsWith(type + " ")));
    }

    private void bundleIsComplete(String id) {
        JsonObject answer = host.order("{'do': 'incident', 'id': '" + id + "'}");
        assertThat(answer.getAsJsonArray("incidents")).hasSize(2);
        Path bundle = Path.of(answer.get("bundle").getAsString());
        assertThat(List.of(
                        "bundle.json",
                        "threads.txt",
                        "log.txt",
                        "new-instance.log",
                        "manifest.txt",
                        "vm-flags.txt",
                        "class-histogram.txt",
                        "heap.hprof.gz"))
                .allSatisfy(part -> assertThat(bundle.resolve(part)).isNotEmptyFile());
        assertThat(bundle.resolve("bundle.json")).content().contains("-Xmx56m");
    }

    /** A JVM that was just started may find the socket of an earlier process of its number, and takes it away first. */
    private static String flags(long pid) {
        return await().atMost(Host.LONGEST)
                .ignoreExceptionsInstanceOf(AttachException.class)
                .until(
                        () -> new AttachedJvm(JvmProcess.of(pid).orElseThrow()).run("VM.flags", Duration.ofSeconds(20)),
                        flags -> !flags.isEmpty());
    }
}
