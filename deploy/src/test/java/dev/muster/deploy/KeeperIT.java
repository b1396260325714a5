// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.deploy.Script.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A keeper of the distribution, and the commands of the distribution that talk to it. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
final class KeeperIT {
    private static final String LAUNCHER = Path.of(System.getProperty("muster.distribution"))
            .resolve("bin/muster")
            .toAbsolutePath()
            .toString();

    private Path folder;
    private Process keeper;

    @BeforeEach
    void start() throws IOException {
        // Short: the path of a socket has to fit into 108 bytes.
        folder = Files.createTempDirectory("keeper");
        Files.createDirectory(folder.resolve("manifests"));
        Path file = Files.writeString(folder.resolve("manifests/orders.yaml"), "argv: [/bin/sleep, 1000]\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
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
        await().atMost(Duration.ofSeconds(20))
                .until(() -> muster("ps", "-w", "simple").text().contains("\tdown\t"));
        keeper.destroyForcibly().waitFor();
    }

    @Test
    void operatorsSeeAndOrderWhatTheKeeperRuns() throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(() -> muster("ps").text().contains("ready"));
        assertThat(muster("ps").lines().get(0)).startsWith("UNIT").contains("PHASE", "PID", "STARTS");
        long pid = pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> muster("incidents").text().contains("START_MICROSERVICES_STOPPED_OUTSIDE_MUSTER_AFTER"));
        assertThat(muster("incidents", "--unit", "orders").text()).contains("orders.2", "SIGKILL");
        assertThat(pid()).isNotEqualTo(pid);
        assertThat(muster("restart", "orders").text()).isEqualTo("orders is restarted\n");
        assertThat(muster("start", "nobody").code()).isEqualTo(4);
        assertThat(muster("logs", "orders").code()).isZero();
    }

    @Test
    void manifestsAreCheckedBeforeTheyAreUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("manifests/bad.yaml"), "argw: [/bin/sleep]\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
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

    private long pid() throws Exception {
        return Long.parseLong(muster("ps", "-w", "simple").text().split("\t", -1)[3]);
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
