// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.muster.keeper.disk.SealedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes, no registry. */
@Timeout(180)
final class KeptUnitTest {
    private static final String SLEEP = "argv: [/bin/sleep, 1000]";
    private static final String FORGIVING = "restart: {backoff: 50ms, most: 50ms, budget: 1000}";

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
    void killedUnitIsStartedAgainTwentyTimes() throws Exception {
        host.unit("orders", SLEEP, FORGIVING);
        host.start();
        long pid = host.awaitReady("orders");
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            Host.signal("KILL", pid);
            pid = host.awaitReadyAnew("orders", pid);
            millis.add((System.nanoTime() - start) / 1_000_000);
        }
        Collections.sort(millis);
        System.out.println("20 killed units ran again after, in ms: median " + millis.get(10) + ", maximum "
                + millis.get(19) + " (with up to 50 ms of back-off)");

        List<String> incidents = host.incidents("orders");
        assertThat(incidents.stream().filter(line -> line.contains("_BEFORE"))).hasSize(20);
        assertThat(incidents.stream().filter(line -> line.contains("_AFTER") && line.contains("OK: pid")))
                .hasSize(20);
        assertThat(incidents.get(0)).contains("orders.2 SIGKILL (pid ");
    }

    @Test
    void endsAreToldApart() throws Exception {
        host.unit("a", "argv: [/bin/bash, -c, 'sleep 0.2; exit 0']", FORGIVING);
        host.unit("b", "argv: [/bin/bash, -c, 'sleep 0.2; exit 3']", FORGIVING);
        host.unit("c", "argv: [/bin/bash, -c, 'sleep 0.2; kill -SEGV $$']", FORGIVING);
        host.start();
        await().atMost(Host.LONGEST).until(() -> !host.incidents("c").isEmpty());
        await().atMost(Host.LONGEST).until(() -> !host.incidents("a").isEmpty());
        await().atMost(Host.LONGEST).until(() -> !host.incidents("b").isEmpty());
        assertThat(host.incidents("a").get(0)).contains("exit 0");
        assertThat(host.incidents("b").get(0)).contains("exit 3");
        assertThat(host.incidents("c").get(0)).contains("SIGSEGV");
    }

    @Test
    void stoppedUnitStaysStoppedForTheNextKeeperTooUntilItIsStarted() throws Exception {
        host.unit("witness", SLEEP, FORGIVING);
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        host.order("stop", "orders");
        host.awaitPhase("orders", "down");
        assertThat(Host.isAlive(pid)).isFalse();
        host.stop();
        host.start();

        healAnother();
        assertThat(host.phase("orders")).isEqualTo("down");
        assertThat(host.status("orders").get("wanted").getAsBoolean()).isFalse();
        assertThat(host.incidents("orders")).isEmpty();
        host.order("start", "orders");
        assertThat(host.awaitReady("orders")).isNotEqualTo(pid);
    }

    @Test
    void crashLoopIsGivenUpUntilAnOperatorStartsIt() throws Exception {
        host.unit("witness", SLEEP, FORGIVING);
        host.unit("orders", "argv: [/bin/false]", "restart: {backoff: 50ms, most: 100ms, budget: 3}");
        host.start();
        host.awaitPhase("orders", "gave-up");
        List<String> incidents = host.incidents("orders");
        assertThat(incidents.stream().filter(line -> line.contains("_BEFORE"))).hasSize(3);
        assertThat(incidents.stream().filter(line -> line.contains("CRASH_LOOP_BACKOFF")))
                .hasSize(2);
        assertThat(incidents.get(incidents.size() - 1)).startsWith("GAVE_UP");
        long starts = host.status("orders").get("starts").getAsLong();
        host.stop();
        host.start();
        healAnother();
        assertThat(host.phase("orders")).isEqualTo("gave-up");

        host.order("start", "orders");
        await().atMost(Host.LONGEST)
                .until(() -> host.status("orders").get("starts").getAsLong() > starts);
    }

    @Test
    void killedKeeperIsFollowedByOneThatAdoptsTheSameProcessesAndHealsThem() throws Exception {
        host.unit("orders", SLEEP, FORGIVING);
        host.unit("payments", SLEEP, FORGIVING);
        host.startProcess();
        long orders = host.awaitReady("orders");
        long payments = host.awaitReady("payments");
        host.killProcess();
        host.startProcess();

        assertThat(host.awaitReady("orders")).isEqualTo(orders);
        assertThat(host.awaitReady("payments")).isEqualTo(payments);
        assertThat(host.incidents("orders")).isEmpty();
        assertThat(host.status("orders").get("starts").getAsLong()).isEqualTo(1);

        long start = System.nanoTime();
        Host.signal("KILL", orders);
        host.awaitReadyAnew("orders", orders);
        System.out.println(
                "a killed adopted process ran again after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThat(host.incidents("orders").get(0)).contains("ended unseen");
        assertThat(host.pid("payments")).isEqualTo(payments);
    }

    @Test
    void unitThatEndedWhileNoKeeperRanIsHealedByTheNext() throws Exception {
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        host.stop();
        Host.signal("KILL", pid);
        await().until(() -> !Host.isAlive(pid));
        host.start();

        host.awaitReadyAnew("orders", pid);
        assertThat(host.incidents("orders").get(0)).contains("_BEFORE", "ended while no keeper ran");
    }

    @Test
    void processWhoseIdWasNotNotedInTimeIsFoundByItsMarkAndNotStartedTwice() throws Exception {
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        host.stop();
        Path file = host.data().resolve("units").resolve("orders.state");
        JsonObject state =
                JsonParser.parseString(SealedFile.read(file).orElseThrow()).getAsJsonObject();
        state.getAsJsonObject("memo").remove("process");
        state.getAsJsonObject("memo").addProperty("phase", "STARTING");
        SealedFile.replace(file, state.toString());
        host.start();

        assertThat(host.awaitReady("orders")).isEqualTo(pid);
    }

    @Test
    void frozenUnitIsEndedAndStartedAgain() throws Exception {
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        Host.signal("STOP", pid);

        host.awaitReadyAnew("orders", pid);
        assertThat(Host.isAlive(pid)).isFalse();
        assertThat(host.incidents("orders").get(0)).isEqualTo("PROCESS_HUNG orders.2 process " + pid + " is frozen");
    }

    @Test
    void frozenJvmLeavesAThreadDump() throws Exception {
        host.unit(
                "orders",
                "argv: [" + Path.of(System.getProperty("java.home"), "bin", "java") + ", -Xmx32m, -cp, '"
                        + Path.of(Hog.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        + "', dev.muster.keeper.Hog]");
        host.start();
        long pid = host.awaitReady("orders");
        await().atMost(Host.LONGEST).until(() -> host.log("orders").contains("running"));
        Host.signal("STOP", pid);

        host.awaitReadyAnew("orders", pid);
        assertThat(host.data().resolve("dumps").resolve("orders.1.threads"))
                .content()
                .contains("Full thread dump", "\"main\"", "dev.muster.keeper.Hog.main");
    }

    @Test
    void unitThatDoesNotAnswerIsEndedAndStartedAgain() throws Exception {
        Path healthy = Files.writeString(host.manifests().resolve("healthy"), "");
        host.unit(
                "orders",
                SLEEP,
                "alive: {exec: [/bin/ls, " + healthy + "], every: 100ms, timeout: 2s, failures: 3 of 3}");
        host.start();
        long pid = host.awaitReady("orders");
        Files.delete(healthy);
        await().atMost(Host.LONGEST).until(() -> !host.incidents("orders").isEmpty());
        Files.writeString(healthy, "");

        host.awaitReadyAnew("orders", pid);
        assertThat(host.incidents("orders").get(0)).contains("PROCESS_HUNG", "does not answer");
    }

    @Test
    void whatAKilledUnitLeftBehindIsEndedBeforeItIsStartedAgain() throws Exception {
        host.unit("orders", "argv: [/bin/bash, -c, 'sleep 1000 & echo child $!; wait']");
        host.start();
        long pid = host.awaitReady("orders");
        await().atMost(Host.LONGEST).until(() -> host.log("orders").contains("child"));
        long left = Long.parseLong(host.log("orders").strip().split(" ", -1)[1]);
        assertThat(Host.isAlive(left)).isTrue();
        Host.signal("KILL", pid);

        host.awaitReadyAnew("orders", pid);
        assertThat(Host.isAlive(left)).isFalse();
    }

    @Test
    void unitGetsItsPortAndItsEnvironmentAndNothingOfTheKeepers() throws Exception {
        host.unit(
                "orders",
                "argv: [/bin/bash, -c, 'echo arg $0; env; sleep 1000', '${port.http}']",
                "environment: {PORT: '${port.http}'}",
                "register: {service: orders, endpoints: {http: {host: 127.0.0.1, port: auto}}}");
        host.start();
        host.awaitReady("orders");
        int port = host.status("orders").getAsJsonObject("ports").get("http").getAsInt();
        await().atMost(Host.LONGEST).until(() -> host.log("orders").contains("MUSTER_UNIT=orders"));
        assertThat(port).isBetween(22_000, 22_999);
        assertThat(host.log("orders")).contains("arg " + port, "PORT=" + port);
        List<String> names = host.log("orders")
                .lines()
                .filter(line -> line.contains("="))
                .map(line -> line.substring(0, line.indexOf('=')))
                .toList();
        assertThat(names)
                .isSubsetOf(
                        "PATH",
                        "HOME",
                        "USER",
                        "LANG",
                        "LC_ALL",
                        "TZ",
                        "TMPDIR",
                        "PORT",
                        "MUSTER_UNIT",
                        "MUSTER_MARK",
                        "PWD",
                        "SHLVL",
                        "_");
    }

    @Test
    void programThatGoesToTheBackgroundIsFollowedByItsPidFileAndStoppedByItsCommand() throws Exception {
        Path pidFile = host.manifests().resolve("proxy.pid");
        host.unit(
                "proxy",
                "kind: technical",
                "argv: [/bin/bash, -c, 'setsid sleep 1000 & echo $! > " + pidFile + "']",
                "pid-file: " + pidFile,
                "reload: [/bin/bash, -c, 'echo reloaded']",
                "check: [/bin/bash, -c, 'echo checked; test -e " + pidFile + "']",
                "stop: [/bin/bash, -c, 'echo stopping; kill $(cat " + pidFile + ")']");
        host.start();
        long pid = host.awaitReady("proxy");
        assertThat(Files.readString(pidFile).strip()).isEqualTo(Long.toString(pid));
        Host.signal("KILL", pid);
        long next = host.awaitReadyAnew("proxy", pid);
        assertThat(host.incidents("proxy").stream().map(line -> line.split(" ", 2)[0]))
                .containsExactly(
                        "PROCESS_PID_IS_NOT_ALIVE",
                        "PROCESS_PID_IS_NOT_ALIVE_ADD_TO_RESTART_LIST",
                        "START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_BEFORE",
                        "START_TECHNICAL_PROCESSES_STOPPED_OUTSIDE_MUSTER_AFTER");

        host.order("reload", "proxy");
        assertThat(host.log("proxy")).containsSubsequence("checked", "reloaded");
        host.order("stop", "proxy");
        host.awaitPhase("proxy", "down");
        assertThat(Host.isAlive(next)).isFalse();
        assertThat(host.log("proxy")).contains("stopping");
    }

    @Test
    void firstStartsFollowTheirOrder() throws Exception {
        Path door = host.manifests().resolve("door");
        host.unit("witness", SLEEP, FORGIVING);
        host.unit("a", SLEEP, "after: [b]");
        host.unit("b", SLEEP, "ready: {exec: [/bin/ls, " + door + "], every: 50ms}");
        host.start();
        host.awaitPhase("b", "starting");
        healAnother();
        assertThat(host.phase("a")).isEqualTo("down");
        Files.writeString(door, "");

        host.awaitReady("a");
    }

    @Test
    void announcedStartThatNoKeeperFinishedIsToldAsInterrupted() throws Exception {
        host.unit("orders", "argv: [/bin/sleep, 1000]", "ready: {exec: [/bin/false], every: 1s}");
        host.start();
        host.awaitPhase("orders", "starting");
        long pid = host.pid("orders");
        Host.signal("KILL", pid);
        await().atMost(Host.LONGEST).until(() -> host.incidents("orders").size() == 1);
        host.stop();
        host.start();

        assertThat(host.incidents("orders").stream().map(line -> line.split(" ", 3)[0]))
                .containsExactly("START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_BEFORE", "INTERRUPTED");
        assertThat(host.incidents("orders").get(1)).contains("orders.2 the keeper ended before");
    }

    @Test
    void pausedUnitIsLeftAloneUntilItIsResumed() throws Exception {
        host.unit("witness", SLEEP, FORGIVING);
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        host.order("{'do': 'pause', 'unit': 'orders', 'millis': 600000}");
        Host.signal("KILL", pid);
        host.awaitPhase("orders", "down");
        healAnother();
        assertThat(host.phase("orders")).isEqualTo("down");
        host.order("resume", "orders");

        host.awaitReadyAnew("orders", pid);
    }

    @Test
    void invalidManifestIsShownAndHarmsNoOther() throws Exception {
        host.unit("bad", "argw: [/bin/sleep]");
        host.unit("good", SLEEP);
        host.start();
        host.awaitReady("good");
        assertThat(host.status("bad").get("note").getAsString()).contains("did you mean argv?");
    }

    @Test
    void unitWhoseManifestIsGoneIsShownAndItsProcessLeftAlone() throws Exception {
        host.unit("orders", SLEEP);
        host.start();
        long pid = host.awaitReady("orders");
        host.stop();
        Path file = host.manifests().resolve("orders.yaml");
        String manifest = Files.readString(file);
        Files.delete(file);
        host.start();
        assertThat(host.status("orders").get("note").getAsString()).startsWith("its manifest is gone");
        assertThat(Host.isAlive(pid)).isTrue();
        host.stop();
        host.unit("orders", manifest);
        host.start();

        assertThat(host.awaitReady("orders")).isEqualTo(pid);
    }

    @Test
    void givenUpUnitKeepsNobodyWaiting() throws Exception {
        host.unit("a", SLEEP, "after: [b]");
        host.unit("b", "argv: [/bin/false]", "ready: {exec: [/bin/false]}", "restart: {budget: 0}");
        host.start();
        host.awaitReady("a");
        assertThat(host.phase("b")).isEqualTo("gave-up");
    }

    @Test
    void badOrdersAreRefusedInWords() throws Exception {
        host.unit("orders", SLEEP);
        host.start();
        host.awaitReady("orders");
        assertThat(problem("rubbish")).contains("expected: one JSON object");
        assertThat(problem("[]")).contains("expected: one JSON object");
        assertThat(problem("{'do': 'exec', 'argv': ['/bin/true']}")).contains("do: exec (expected: ps, start");
        assertThat(problem("{'do': 'stop'}")).contains("unit: missing");
        assertThat(problem("{'do': 'stop', 'unit': 'nobody'}")).contains("unit nobody (expected: one of orders)");
        assertThat(problem("{'do': 'pause', 'unit': 'orders'}")).contains("pause: 0 ms (expected: 1 to 86400000)");
        assertThat(problem("{'do': 'pause', 'unit': 'orders', 'millis': 'x'}")).contains("millis: \"x\"");
        assertThat(problem("{'do': 'reload', 'unit': 'orders'}")).contains("has no reload command");
        assertThat(problem("{'do': 'incidents', 'limit': 0}")).contains("limit: 0");
        assertThat(host.phase("orders")).isEqualTo("ready");
    }

    @Test
    void folderIsPrivateAndHasOneKeeper() throws Exception {
        host.start();
        assertThat(Files.getPosixFilePermissions(host.data())).hasSize(3);
        assertThatThrownBy(host::start).isInstanceOf(KeeperException.class).hasMessageContaining("another keeper");
        try (Stream<Path> files = Files.list(host.data())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName()))).contains("control", "lock", "units");
        }
    }

    private String problem(String order) {
        return host.order(order).get("problem").getAsString();
    }

    /** Until the keeper has found the time to heal another unit, twice. */
    private void healAnother() throws Exception {
        for (int i = 0; i < 2; i++) {
            long pid = host.awaitReady("witness");
            Host.signal("KILL", pid);
            host.awaitReadyAnew("witness", pid);
        }
    }
}
