// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is run as it stands there, but for the ports. Takes seconds, minutes on a machine in trouble. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ReadmeTest {
    private static final int LINES_OF_JAVA = 8;
    private static final int LINES_OF_CONSOLE = 10;

    private final Document readme = Document.of("README.md");

    @TempDir
    private Path folder;

    @Test
    void theJavaLinesCompileAndRun() throws IOException, ReflectiveOperationException {
        String lines = readme.blocks("java").get(0);
        assertThat(lines.lines()).hasSizeLessThanOrEqualTo(LINES_OF_JAVA);
        try (TestCluster cluster = TestCluster.named("readme").start()) {
            String printed =
                    JavaLines.compile(folder, ports(lines, cluster.endpoints())).run();

            assertThat(printed).contains("found 10.0.0.6:8080").contains("view [");
        }
    }

    @Test
    void theConsoleLinesRunAndPrintWhatIsShown() throws IOException, InterruptedException {
        List<String> blocks = readme.blocks("console");
        assertThat(blocks)
                .hasSize(4)
                .allSatisfy(block -> assertThat(block.lines()).hasSizeLessThanOrEqualTo(LINES_OF_CONSOLE));

        try (ConsoleLines console = ConsoleLines.install(folder)) {
            blocks.forEach(console::run);
        }
    }

    @Test
    void theFirstScreenIsNoAdvertisement() {
        assertThat(readme.headings(1)).containsExactly("Muster");
        assertThat(readme.text()).doesNotContain("![", "<img", "shields.io");
    }

    /** The lines with the ports of a running cluster in place of the usual ones. */
    private static String ports(String lines, String... endpoints) {
        return IntStream.range(0, endpoints.length)
                .boxed()
                .reduce(lines, (text, i) -> text.replace("127.0.0.1:" + (7440 + 10 * i), endpoints[i]), (a, b) -> b);
    }
}
