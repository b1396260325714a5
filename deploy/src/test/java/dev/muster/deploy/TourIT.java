// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.deploy.Script.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The tour against a real node: it has to see what is missing, or its "lost 0" is worth nothing. */
@DisabledOnOs(OS.WINDOWS)
final class TourIT {
    private static final String LAUNCHER = Path.of(System.getProperty("muster.distribution"))
            .resolve("bin/muster")
            .toAbsolutePath()
            .toString();
    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private String endpoint;

    @BeforeEach
    void startNode() throws Exception {
        endpoint = "127.0.0.1:" + freePort();
        Path data = folder.resolve("data");
        start("node", "server", "--node=n1", "--data=" + data, "--listen=" + endpoint, "--peers=n1=" + endpoint);
        await("the node serves, see " + folder.resolve("node.log"))
                .atMost(LONGEST_START)
                .until(() -> muster("status", "--endpoints", endpoint).code() == 0);
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void anAcknowledgedIdThatWasRemovedBehindItsBackIsCountedAsLost() throws Exception {
        Process tour = new ProcessBuilder(LAUNCHER, "tour", "run", "--endpoints", endpoint, "--dir", folder.toString())
                .redirectError(folder.resolve("tour.log").toFile())
                .start();
        started.add(tour);
        try (BufferedReader words = tour.inputReader();
                OutputStream orders = tour.getOutputStream()) {
            assertThat(words.readLine()).isEqualTo("writing");
            orders.write('\n');
            orders.flush();
            assertThat(words.readLine()).isEqualTo("written");

            assertThat(3 * residentBytes(started.get(0).pid()))
                    .as("memory of three such nodes, in bytes, after the load")
                    .isLessThan(1L << 30);

            Result whole = verify();
            assertThat(whole.code()).as(whole.text()).isZero();
            assertThat(whole.text()).containsPattern("(?m)^lost +0,");

            String victim = Files.readAllLines(folder.resolve("acked.txt")).get(7);
            String[] fields = victim.split(" ", -1);
            Result removed = muster("services", "deregister", fields[2] + "/" + fields[3], "--endpoints", endpoint);
            assertThat(removed.code()).as(removed.text()).isZero();

            Result robbed = verify();
            assertThat(robbed.code()).as(robbed.text()).isEqualTo(1);
            assertThat(robbed.text())
                    .containsPattern("(?m)^lost +1,")
                    .contains(fields[2] + "/" + fields[3] + " is missing");
        }
    }

    /** The memory that a process holds; 0 where the system does not tell. */
    private static long residentBytes(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.exists(status)) {
            return 0;
        }
        String line = Files.readAllLines(status).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }

    private Result verify() throws Exception {
        return muster("tour", "verify", "--endpoints", endpoint, "--dir", folder.toString());
    }

    private Result muster(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        return Script.run(folder, Map.of(), command.toArray(String[]::new));
    }

    private void start(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        started.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
