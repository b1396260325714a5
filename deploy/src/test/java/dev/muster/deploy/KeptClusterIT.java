// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.deploy.Script.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** cluster.sh with a keeper, over the distribution. */
@EnabledOnOs(OS.LINUX)
@Tag("long")
@Timeout(300)
final class KeptClusterIT {
    private static final String SCRIPT = Path.of("cluster.sh").toAbsolutePath().toString();
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @AfterEach
    void nothingIsLeftRunning() throws Exception {
        long keeper = number(folder.resolve("keeper/keeper.pid"));
        assertThat(cluster("down").code()).isZero();
        assertThat(Stream.of(pid(1), pid(2), pid(3), keeper)).noneMatch(KeptClusterIT::runs);
    }

    @Test
    void nodeThatIsKilledIsPutBackAndOneThatIsStoppedIsNotUntilItIsStarted() throws Exception {
        assertThat(cluster("up", "--kept", "--base-port", Integer.toString(freePorts()))
                        .text())
                .contains("3 nodes serve at");
        long first = pid(1);

        assertThat(cluster("kill", "1").code()).isZero();
        assertThat(runs(first)).isFalse();
        await().atMost(SOON).until(() -> pid(1) != first && runs(pid(1)));
        assertThat(cluster("up").text()).contains("3 nodes serve at");

        assertThat(cluster("wipe", "2").code()).isZero();
        assertThat(runs(pid(2))).isFalse();
        assertThat(folder.resolve("n2/data")).doesNotExist();
        assertThat(cluster("restart", "2").code()).isZero();
        assertThat(cluster("status").code()).isZero();
        assertThat(cluster("down").code()).isZero();
        assertThat(cluster("up").text()).contains("3 nodes serve at");
        assertThat(cluster("up", "--base-port", "1").text()).contains("kept; take another --dir");
    }

    @Test
    void drillsLoseNothingAndTheKeeperPutsTheLeaderBack() throws Exception {
        int port = freePorts();
        assertThat(cluster("up", "--kept", "--base-port", Integer.toString(port))
                        .code())
                .isZero();
        for (List<String> drill : List.of(
                List.of("leader-kill", "--yes"),
                List.of("leader-pause", "--yes", "--for", "4s"),
                List.of("restart", "--yes"),
                List.of("restore"))) {
            List<Long> before = pids();
            Result result = muster(port, Stream.concat(Stream.of("drill"), drill.stream()));
            System.out.println(result.text());
            assertThat(result.code()).as(result.text()).isZero();
            assertThat(result.text()).contains("\"lost\": 0", "\"duplicates\": 0");
            if (!drill.contains("restore")) {
                // What was frozen serves again before its keeper replaces it, and a drill begins only when all serve.
                await().atMost(SOON).until(() -> !pids().contains(0L) && !pids().equals(before));
                assertThat(cluster("up").text()).contains("3 nodes serve at");
            }
        }
        assertThat(muster(port, Stream.of("drill", "leader-kill")).code())
                .as("without its word")
                .isEqualTo(4);
        assertThat(muster(port, Stream.of("events", "ls", "--type", "client")).text())
                .contains("drill_before", "drill_after", "leader-kill of n", "restore of a backup: acknowledged");
    }

    private Result muster(int port, Stream<String> arguments) throws IOException, InterruptedException {
        String endpoints = "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d".formatted(port, port + 10, port + 20);
        String[] command = Stream.of(
                        Stream.of(Path.of("muster").toAbsolutePath().toString()),
                        arguments,
                        Stream.of("--endpoints", endpoints, "--write-out", "json"))
                .flatMap(words -> words)
                .toArray(String[]::new);
        return Script.run(folder, Map.of(), command);
    }

    private Result cluster(String... arguments) throws IOException, InterruptedException {
        String[] command = Stream.of(Stream.of(SCRIPT), Stream.of(arguments), Stream.of("--dir", folder.toString()))
                .flatMap(words -> words)
                .toArray(String[]::new);
        return Script.run(folder, Map.of(), command);
    }

    /** The first of three client ports, ten apart, that are free with those after them. */
    private static int freePorts() {
        return IntStream.iterate(21_000, port -> port < 22_000, port -> port + 30)
                .filter(port -> IntStream.range(0, 24).allMatch(each -> isFree(port + each)))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private List<Long> pids() {
        return Stream.of(1, 2, 3).map(this::pid).toList();
    }

    private long pid(int node) {
        return number(folder.resolve("n" + node + "/pid"));
    }

    /** The first number in a file, 0 without one. */
    private static long number(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip().split(" ", -1)[0]);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }
}
