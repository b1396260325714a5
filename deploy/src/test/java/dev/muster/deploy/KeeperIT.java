// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.deploy.Script.Result;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A keeper of the distribution, and the commands of the distribution that talk to it. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
final class KeeperIT {
    private static final String LAUNCHER = Path.of(System.getProperty("muster.distribution"))
            .resolve("bin/muster")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path folder;

    private String endpoint;
    private Process keeper;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectory(folder.resolve("manifests"));
        manifest("orders", "argv: [/bin/sleep, 1000]");
        try (ServerSocket free = new ServerSocket(0)) {
            endpoint = "127.0.0.1:" + free.getLocalPort();
        }
        manifest(
                "node",
                "kind: technical",
                "argv: [" + LAUNCHER + ", server, --node=n1, --data=" + folder.resolve("n1") + ", '--peers=n1="
                        + endpoint + "']",
                "ready: {tcp: '" + endpoint + "'}");
        keeper = new ProcessBuilder(
                        LAUNCHER,
                        "keeper",
                        "run",
                        "--manifests",
                        folder.resolve("manifests").toString(),
                        "--data",
                        folder.resolve("data").toString(),
                        "--endpoints",
                        "none")
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "log"))
                .start();
    }

    @AfterEach
    void end() throws Exception {
        muster("stop", "orders");
        muster("stop", "node");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> line("orders").contains("\tdown\t") && line("node").contains("\tdown\t"));
        keeper.destroyForcibly().waitFor();
    }

    @Test
    void operatorsSeeAndOrderWhatTheKeeperRuns() throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(() -> line("orders").contains("ready"));
        assertThat(muster("ps").lines().get(0)).startsWith("UNIT").contains("PHASE", "PID", "STARTS");
        long pid = pid("orders");
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> muster("incidents").text().contains("START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_AFTER"));
        assertThat(muster("incidents", "--unit", "orders").text()).contains("orders.2", "SIGKILL");
        assertThat(pid("orders")).isNotEqualTo(pid);
        assertThat(muster("restart", "orders").text()).isEqualTo("orders is restarted\n");
        assertThat(muster("start", "nobody").code()).isEqualTo(4);
        assertThat(muster("logs", "orders").code()).isZero();
    }

    @Test
    @Tag("long")
    void killedNodeOfTheRegistryServesAgainWithoutAHuman() throws Exception {
        await().atMost(Duration.ofSeconds(60)).until(this::nodeServes);
        long pid = pid("node");
        String[] register = {"services", "register", "a/b", "--endpoint", "tcp://h:1", "--endpoints", endpoint};
        assertThat(Script.run(
                                folder,
                                Map.of(),
                                Stream.concat(Stream.of(LAUNCHER), Stream.of(register))
                                        .toArray(String[]::new))
                        .code())
                .isZero();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();

        await().atMost(Duration.ofSeconds(60)).until(() -> pid("node") != pid && nodeServes());
        assertThat(Script.run(folder, Map.of(), LAUNCHER, "services", "get", "a", "--endpoints", endpoint)
                        .text())
                .contains("tcp://h:1");
        assertThat(muster("incidents", "--unit", "node").text())
                .contains("PROCESS_PID_IS_NOT_ALIVE_ADD_TO_RESTART_LIST");
    }

    @Test
    void manifestsAreCheckedBeforeTheyAreUsed() throws Exception {
        manifest("bad", "argw: [/bin/sleep]");
        Result result = Script.run(
                folder,
                Map.of(),
                LAUNCHER,
                "keeper",
                "validate",
                folder.resolve("manifests").toString());
        assertThat(result.code()).isEqualTo(3);
        assertThat(result.text()).contains("orders: good", "argw: unknown (did you mean argv?) [bad.yaml:1]");
    }

    private boolean nodeServes() throws Exception {
        return Script.run(folder, Map.of(), LAUNCHER, "status", "--endpoints", endpoint)
                        .code()
                == 0;
    }

    /** 0 while it has no process. */
    private long pid(String unit) throws Exception {
        String pid = line(unit).split("\t", -1)[3];
        return pid.isEmpty() ? 0 : Long.parseLong(pid);
    }

    private String line(String unit) throws Exception {
        return muster("ps", "-w", "simple").lines().stream()
                .filter(line -> line.startsWith(unit + "\t"))
                .findFirst()
                .orElse("");
    }

    private void manifest(String unit, String... lines) throws IOException {
        Path file =
                Files.writeString(folder.resolve("manifests").resolve(unit + ".yaml"), String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Result muster(String... words) throws IOException, InterruptedException {
        String[] command = new String[words.length + 2];
        command[0] = LAUNCHER;
        command[1] = "keeper";
        System.arraycopy(words, 0, command, 2, words.length);
        return Script.run(
                folder, Map.of("MUSTER_KEEPER_DATA", folder.resolve("data").toString()), command);
    }
}
