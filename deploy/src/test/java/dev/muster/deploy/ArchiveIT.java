// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.deploy.Script.Result;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Archives of classes, made by the JDK of this test. */
@DisabledOnOs(OS.WINDOWS)
final class ArchiveIT {
    private static final String LAUNCHER = Path.of(System.getProperty("muster.distribution"))
            .resolve("bin/muster")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path folder;

    @Test
    void programsTakeTheirClassesFromTheArchiveOnceItIsMade() throws Exception {
        Result made = muster(Map.of(), "archive");
        assertThat(made.code()).as(made.text()).isZero();
        assertThat(made.lines())
                .hasSize(2)
                .allMatch(line -> Path.of(line).toFile().isFile());

        Result traced = muster(Map.of("MUSTER_JAVA_OPTS", "-Xlog:class+load=info"), "version");
        assertThat(traced.text()).containsPattern("dev\\.muster\\.cli\\.\\w+ source: shared objects file \\(top\\)");
        assertThat(muster(Map.of(), "version").lines())
                .as("an archive in use says nothing")
                .hasSize(1);
    }

    private Result muster(Map<String, String> more, String command) throws Exception {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        return Script.run(folder, variables, LAUNCHER, command);
    }
}
