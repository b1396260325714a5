// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.deploy.Script.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Archives of classes, made by the JDK of this test. */
@DisabledOnOs(OS.WINDOWS)
final class ArchiveIT {
    private static final Path BUILT =
            Path.of(System.getProperty("muster.distribution")).toAbsolutePath();

    @TempDir
    private Path folder;

    private Path distribution = BUILT;

    @Test
    @Tag("long")
    void programsTakeTheirClassesFromTheArchiveOnceItIsMade() throws Exception {
        distribution = folder.resolve("muster");
        Result copied = Script.run(folder, Map.of(), "cp", "-R", BUILT.toString(), distribution.toString());
        assertThat(copied.code()).as(copied.text()).isZero();
        Result made = muster(Map.of(), "archive");
        assertThat(made.code()).as(made.text()).isZero();
        assertThat(made.lines())
                .hasSize(2)
                .allMatch(line -> Path.of(line).toFile().isFile());

        assertThat(classesOfTheCli()).contains("source: shared objects file");
        assertThat(muster(Map.of(), "version").lines())
                .as("an archive in use says nothing")
                .hasSize(1);

        Path classPath = distribution.resolve("lib/registry-cli.classpath");
        Files.writeString(classPath, Files.readString(classPath) + "\nanother build\n");
        assertThat(classesOfTheCli()).as("classes of another build").doesNotContain("source: shared objects file");
    }

    private String classesOfTheCli() throws Exception {
        return muster(Map.of("MUSTER_JAVA_OPTS", "-Xlog:class+load=info"), "version").lines().stream()
                .filter(line -> line.contains("dev.muster.cli."))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void helpIsGivenByTheCommandsAndMakesNothing() throws Exception {
        Result help = muster(Map.of(), "archive", "--help");
        assertThat(help.code()).as(help.text()).isZero();
        assertThat(help.text()).contains("Usage: muster archive");
    }

    private Result muster(Map<String, String> more, String... command) throws Exception {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        String[] line = Stream.concat(
                        Stream.of(distribution.resolve("bin/muster").toString()), Stream.of(command))
                .toArray(String[]::new);
        return Script.run(folder, variables, line);
    }
}
