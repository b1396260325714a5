// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.ClusterTest;
import dev.muster.testing.Exit;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that must not start: each says why in one line, ends with the code of its reason, and harms nobody. */
@ClusterTest
final class RefusedStartTest {
    private static final String SERVER = "dev.muster.server.Main";
    private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(15);

    @Test
    void takenPortIsNamed(TestCluster cluster) {
        TestNode running = cluster.node(1);
        JavaChild second = start(
                cluster, "port-taken", replaced(running.arguments(), "--data=", "--data=" + fresh(cluster, "port")));

        Exit exit = second.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(75);
        assertThat(second.output()).contains(Integer.toString(running.port())).doesNotContain("\tat ");
    }

    @Test
    void dataFolderInUseIsNamed(TestCluster cluster) {
        TestNode running = cluster.node(1);
        int port = cluster.sparePort();
        List<String> arguments = replaced(running.arguments(), "--listen=", "--listen=127.0.0.1:" + port).stream()
                .map(argument -> argument.replace(running.endpoint(), "127.0.0.1:" + port))
                .toList();
        JavaChild second = start(cluster, "data-in-use", arguments);

        Exit exit = second.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(73);
        assertThat(second.output()).contains(running.data().toString()).doesNotContain("\tat ");
    }

    @Test
    void dataFolderOfAnotherClusterIsRefused(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        node.stop();
        JavaChild foreign =
                start(cluster, "foreign-data", replaced(node.arguments(), "--cluster=", "--cluster=elsewhere"));

        Exit exit = foreign.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(76);
        assertThat(foreign.output()).contains("elsewhere").doesNotContain("\tat ");
    }

    @Test
    void peersOfAnotherClusterAreRefused(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        node.stop();
        JavaChild foreign = start(
                cluster,
                "foreign-peers",
                replaced(
                        replaced(node.arguments(), "--cluster=", "--cluster=elsewhere"),
                        "--data=",
                        "--data=" + fresh(cluster, "foreign")));

        Exit exit = foreign.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(76);
        assertThat(foreign.output()).contains("elsewhere").doesNotContain("\tat ");
    }

    @Test
    void unknownSettingIsRefusedWithTheOneThatWasMeant(TestCluster cluster) {
        List<String> arguments = new ArrayList<>(cluster.node(1).arguments());
        arguments.add("--snapshot.entrys=5");
        JavaChild misspelt = start(cluster, "unknown-setting", arguments);

        Exit exit = misspelt.awaitExit(LONGEST_REFUSAL);

        assertThat(exit.code()).isEqualTo(3);
        assertThat(misspelt.output())
                .contains("snapshot.entrys")
                .contains("snapshot.entries")
                .doesNotContain("\tat ");
    }

    private static JavaChild start(TestCluster cluster, String name, List<String> arguments) {
        JavaChild child = JavaChild.start(cluster.folder(), name, SERVER, arguments);
        cluster.closedWithCluster(() -> {
            if (child.isAlive()) {
                child.kill();
            }
        });
        return child;
    }

    private static Path fresh(TestCluster cluster, String name) {
        return cluster.folder().resolve("data-" + name);
    }

    private static List<String> replaced(List<String> arguments, String prefix, String with) {
        return arguments.stream()
                .map(argument -> argument.startsWith(prefix) ? with : argument)
                .toList();
    }
}
