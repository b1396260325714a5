// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.deploy.Script.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** cluster.sh over a launcher whose servers only sleep, and whose second node leads, which the first one does not know yet. */
@EnabledOnOs(OS.LINUX)
final class ClusterScriptIT {
    private static final String LAUNCHER = """
            #!/bin/bash
            case $1 in
              server) exec sleep 600 ;;
              status) printf 'n%d\\t127.0.0.1:%d\\t%s\\t%d\\tn2\\n' 1 7440 leader 2 2 7450 leader 3 ;
                      printf '\\t127.0.0.1:7460\\tunreachable\\t\\n' ;;
            esac
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void install() throws IOException {
        Files.copy(Path.of("cluster.sh"), folder.resolve("cluster.sh"));
        Script.write(folder.resolve("muster"), LAUNCHER);
    }

    @AfterEach
    void nothingIsLeftRunning() throws Exception {
        assertThat(cluster("down").code()).isZero();
        assertThat(Stream.of(1, 2, 3).filter(this::runs)).isEmpty();
    }

    @Test
    void upStartsEachNodeOnceHoweverOftenItIsCalled() throws Exception {
        assertThat(cluster("up").text()).contains("3 nodes serve at 127.0.0.1:7440,127.0.0.1:7450,127.0.0.1:7460");
        List<Long> first = pids();
        assertThat(cluster("up").code()).isZero();

        assertThat(pids()).isEqualTo(first).doesNotHaveDuplicates();
        assertThat(folder.resolve("target/cluster/n2/muster.yaml")).hasContent("""
                        node: n2
                        data: "%s/target/cluster/n2/data"
                        preset: local
                        peers: n1=127.0.0.1:7440,n2=127.0.0.1:7450,n3=127.0.0.1:7460
                        """.formatted(folder.toRealPath()));
        assertThat(cluster("leader").lines()).containsExactly("2");
    }

    @Test
    void aKilledNodeIsGoneAndComesBack() throws Exception {
        up();
        long before = pid(2);

        assertThat(cluster("kill", "2").code()).isZero();
        assertThat(runs(2)).isFalse();
        assertThat(runs(1)).isTrue();
        assertThat(cluster("kill", "2").text()).contains("node 2 does not run");

        assertThat(cluster("restart", "2").code()).isZero();
        assertThat(runs(2)).isTrue();
        assertThat(pid(2)).isNotEqualTo(before);
    }

    @Test
    void aPausedNodeStopsInItsTracksUntilItIsResumed() throws Exception {
        up();

        assertThat(cluster("pause", "3").code()).isZero();
        await().until(() -> processState(3), "T"::equals);
        assertThat(cluster("resume", "3").code()).isZero();
        await().until(() -> processState(3), "S"::equals);
        assertThat(cluster("pause", "3").code()).isZero();
        // And down, in nothingIsLeftRunning, ends it all the same.
    }

    @Test
    void wipeEmptiesOneDiskOnly() throws Exception {
        up();
        Stream.of(1, 2)
                .forEach(n -> folder.resolve("target/cluster/n" + n + "/data")
                        .toFile()
                        .mkdirs());

        assertThat(cluster("wipe", "1").code()).isZero();

        assertThat(runs(1)).isFalse();
        assertThat(folder.resolve("target/cluster/n1/data")).doesNotExist();
        assertThat(folder.resolve("target/cluster/n2/data")).exists();
    }

    @Test
    void aProcessThatIsNotOursIsNotTouched() throws Exception {
        up();
        assertThat(cluster("kill", "1").code()).isZero();
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(folder.resolve("target/cluster/n1/pid"), stranger.pid() + " 12345\n");

            assertThat(cluster("kill", "1").text()).contains("node 1 does not run");
            assertThat(cluster("down").code()).isZero();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void aNodeThatEndsAtOnceIsReportedWithItsLog() throws Exception {
        Script.write(folder.resolve("muster"), "#!/bin/sh\necho port 7440 is taken\nexit 75\n");

        Result result = cluster("up");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).contains("port 7440 is taken").contains("node 1 ended; its log is");
    }

    @Test
    void twoClustersLiveSideBySide() throws Exception {
        up();
        String other = folder.resolve("other").toString();
        assertThat(cluster("up", "--dir", other, "--base-port", "8440", "--nodes", "5")
                        .text())
                .contains("5 nodes serve at 127.0.0.1:8440,");

        assertThat(cluster("down", "--dir", other).code()).isZero();
        assertThat(Stream.of(1, 2, 3)).allMatch(this::runs);
        assertThat(cluster("up", "--base-port", "8440").text()).contains("holds a cluster of 3 nodes from port 7440");
    }

    @Test
    void wrongArgumentsAreRefused() throws Exception {
        assertThat(cluster("kil", "1").code()).isEqualTo(3);
        assertThat(cluster("kill").code()).isEqualTo(3);
        assertThat(cluster("up", "1").code()).isEqualTo(3);
        assertThat(cluster("up", "--nodes", "4").code()).isEqualTo(3);
        assertThat(cluster("kill", "1").text()).contains("start one with: cluster.sh up");
        up();
        assertThat(cluster("kill", "4").text()).contains("node 4: expected 1 to 3");
    }

    private void up() throws Exception {
        assertThat(cluster("up").code()).isZero();
    }

    private Result cluster(String... arguments) throws IOException, InterruptedException {
        String[] command = Stream.concat(Stream.of(folder.resolve("cluster.sh").toString()), Stream.of(arguments))
                .toArray(String[]::new);
        return Script.run(folder, Map.of(), command);
    }

    private List<Long> pids() {
        return Stream.of(1, 2, 3).map(this::pid).toList();
    }

    private long pid(int node) {
        try {
            String line = Files.readString(folder.resolve("target/cluster/n" + node + "/pid"));
            return Long.parseLong(line.substring(0, line.indexOf(' ')));
        } catch (IOException e) {
            return -1;
        }
    }

    /** Whether the node's process is there, and not only waits for somebody to ask how it ended. */
    private boolean runs(int node) {
        String state = processState(node);
        return !state.isEmpty() && !state.equals("Z");
    }

    /** As in /proc; empty without a process. */
    private String processState(int node) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid(node) + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
        } catch (IOException e) {
            return "";
        }
    }
}
