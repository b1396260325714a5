// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a keeper that says what the test wants; the words are those of a real one. */
@Timeout(30)
final class KeeperCommandTest {
    private static final String UNITS = """
            {"units":[{"unit":"orders","kind":"service","wanted":true,"phase":"ready","pid":4711,"sinceMillis":5000,\
            "starts":2,"restarts":1,"pausedUntilMillis":0,"note":"","ports":{"http":22000}},\
            {"unit":"proxy","phase":"invalid","note":"argv: missing [proxy.yaml:1]"}]}""";
    private static final String INCIDENTS = """
            {"incidents":[{"number":7,"id":"orders.2","atMillis":5000,"type":"GAVE_UP","unit":"orders","text":"exit 1"}]}""";

    private final Shell shell = new Shell();
    private final List<String> orders = new CopyOnWriteArrayList<>();
    private volatile String answer = "{\"said\":\"orders is stopped, and stays so\"}";

    @TempDir
    private Path folder;

    private ServerSocketChannel keeper;

    @BeforeEach
    void listen() throws IOException {
        keeper = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        keeper.bind(UnixDomainSocketAddress.of(folder.resolve("control")));
        var unused = CompletableFuture.runAsync(this::serve);
    }

    @AfterEach
    void end() throws IOException {
        keeper.close();
    }

    @Test
    void routesOfAProxyAreShownWithTheirAge() {
        answer = """
                {"units":[{"unit":"proxy","kind":"technical","wanted":true,"phase":"ready","pid":1,"sinceMillis":5000,\
                "starts":1,"routes":[{"route":"orders","service":"orders","ageMillis":65000},\
                {"route":"pay","service":"pay"}]}]}""";

        assertThat(run("keeper", "ps").data()).contains("ROUTES", "orders 1m5s old, pay none");
    }

    @Test
    void unitsAreListed() {
        answer = UNITS;
        assertThat(run("keeper", "ps").data()).isEqualTo("""
                UNIT    KIND     PHASE     PID  SINCE                 STARTS  WANTED  NOTE
                orders  service  ready    4711  1970-01-01T00:00:05Z       2  yes
                proxy   -        invalid     -  -                          -  yes     argv: missing [proxy.yaml:1]
                """);
        assertThat(run("keeper", "ps", "-w", "json").data()).contains("\"pid\": 4711", "\"http\": 22000");
        assertThat(run("keeper", "ps", "-w", "simple").data()).startsWith("orders\tservice\tready\t4711\t");
        assertThat(orders).contains("{\"do\":\"ps\"}");
    }

    @Test
    void ordersAreGivenInOneLineAndTheAnswerIsPrinted() {
        Run run = run("keeper", "stop", "orders");
        assertThat(orders).containsExactly("{\"do\":\"stop\",\"unit\":\"orders\"}");
        assertThat(run.data()).isEqualTo("orders is stopped, and stays so\n");
        assertThat(run.exitCode()).isZero();
        for (String verb : List.of("start", "restart", "reload", "resume")) {
            assertThat(run("keeper", verb, "orders").exitCode()).isZero();
            assertThat(orders).contains("{\"do\":\"" + verb + "\",\"unit\":\"orders\"}");
        }
        run("keeper", "pause", "orders", "--for", "1h30m");
        assertThat(orders).contains("{\"do\":\"pause\",\"unit\":\"orders\",\"millis\":5400000}");
    }

    @Test
    void incidentsAreListed() {
        answer = INCIDENTS;
        assertThat(run("keeper", "incidents", "--unit", "orders", "--limit", "5")
                        .data())
                .isEqualTo("""
                NUMBER  TIME                  INCIDENT  TYPE     TEXT
                     7  1970-01-01T00:00:05Z  orders.2  GAVE_UP  exit 1
                """);
        assertThat(orders).containsExactly("{\"do\":\"incidents\",\"unit\":\"orders\",\"limit\":5}");
    }

    @Test
    void incidentIsShownWithItsBundle() {
        answer = INCIDENTS.replace("]}", "],\"bundle\":\"/data/bundles/b\"}");
        Run run = run("keeper", "incident", "orders.2");
        assertThat(run.data()).contains("orders.2  GAVE_UP");
        assertThat(run.talk()).isEqualTo("bundle: /data/bundles/b\n");
        assertThat(run("keeper", "incident", "orders.2", "-w", "json").data()).contains("\"bundle\"");
        assertThat(orders).contains("{\"do\":\"incident\",\"id\":\"orders.2\"}");
        answer = INCIDENTS.replace("]}", "],\"bundle\":\"\"}");
        assertThat(run("keeper", "incident", "orders.2").talk()).isEqualTo("it has no bundle\n");
    }

    @Test
    void lastLinesOfAUnitArePrintedHarmless() throws IOException {
        Path log = folder.resolve("orders.log");
        Files.writeString(
                log,
                IntStream.rangeClosed(1, 1_000).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"))
                        + "\n\u001b[31mred\n");
        answer = "{\"file\":\"" + log + "\"}";
        assertThat(run("keeper", "logs", "orders", "--lines", "2").data()).isEqualTo("line 1000\n\\u001b[31mred\n");
        assertThat(run("keeper", "logs", "orders", "--lines", "0").exitCode()).isEqualTo(3);
    }

    @Test
    void refusalsAndAbsenceHaveTheirExitCodes() throws IOException {
        answer = "{\"problem\":\"unit nobody (expected: one of orders)\"}";
        Run refused = run("keeper", "start", "nobody");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.talk()).isEqualTo("unit nobody (expected: one of orders)\n");
        answer = "";
        assertThat(run("keeper", "ps").exitCode()).isEqualTo(1);
        keeper.close();
        Run absent = run("keeper", "ps");
        assertThat(absent.exitCode()).isEqualTo(2);
        assertThat(absent.talk()).startsWith("no keeper answers at " + folder.resolve("control"));
    }

    @Test
    void keeperItselfIsLeftToTheLauncher() {
        assertThat(shell.run("keeper", "run", "--manifests", "x").talk())
                .contains("start it with the launcher: bin/muster keeper run");
        assertThat(shell.run("keeper", "validate", "x").exitCode()).isEqualTo(1);
    }

    private Run run(String... words) {
        String[] all = Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--data";
        all[words.length + 1] = folder.toString();
        return shell.run(all);
    }

    private void serve() {
        while (keeper.isOpen()) {
            try (SocketChannel caller = keeper.accept()) {
                ByteBuffer line = ByteBuffer.allocate(4096);
                while (line.position() == 0 || line.get(line.position() - 1) != '\n') {
                    caller.read(line);
                }
                orders.add(new String(line.array(), 0, line.position(), StandardCharsets.UTF_8).strip());
                caller.write(ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8)));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
