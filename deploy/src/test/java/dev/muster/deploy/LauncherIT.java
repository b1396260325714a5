// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.deploy.Script.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, with a JDK that only prints how it was called. */
@DisabledOnOs(OS.WINDOWS)
final class LauncherIT {
    private static final Path HOME = Path.of(System.getProperty("muster.distribution"));
    private static final Path LAUNCHER = HOME.resolve("bin/muster").toAbsolutePath();

    @TempDir
    private Path folder;

    @Test
    void everyProgramGetsItsOwnJarsAndAllOfThemAreThere() throws Exception {
        assertThat(jars(call("status")))
                .contains("registry-cli", "registry-client", "grpc-netty", "slf4j-nop")
                .noneMatch(
                        jar -> jar.startsWith("ratis") || jar.equals("registry-server") || jar.startsWith("logback"));
        assertThat(jars(call("server")))
                .contains("registry-server", "registry-core", "ratis-server", "logback-classic")
                .doesNotContain("registry-cli", "registry-client", "slf4j-nop");
        assertThat(jars(call("keeper", "run")))
                .contains("registry-keeper", "registry-client", "logback-classic")
                .doesNotContain("registry-cli", "registry-server", "ratis-server", "slf4j-nop", "picocli");
        assertThat(jars(call("tour"))).contains("registry-deploy", "registry-client");
    }

    @Test
    void theFirstWordChoosesTheProgramAndTheRestIsPassedOn() throws Exception {
        assertThat(call("server", "--node", "a b").lines()).endsWith("dev.muster.server.Main", "--node", "a b");
        assertThat(call("recover", "x", "--data", "a b").lines())
                .endsWith("dev.muster.server.recover.Main", "x", "--data", "a b");
        assertThat(call("keeper", "run", "--data", "a b").lines())
                .endsWith("dev.muster.keeper.Main", "run", "--data", "a b")
                .contains("-Xmx48m");
        assertThat(call("keeper", "validate", "x").lines()).endsWith("dev.muster.keeper.Main", "validate", "x");
        assertThat(call("keeper", "ps").lines()).endsWith("dev.muster.cli.Main", "keeper", "ps");
        assertThat(call("tour", "run").lines()).endsWith("dev.muster.tour.Tour", "run");
        assertThat(call("services", "ls").lines()).endsWith("dev.muster.cli.Main", "services", "ls");
        assertThat(call().lines()).endsWith("dev.muster.cli.Main");
    }

    @Test
    void everyProgramGetsTheOptionsThatSuitIt() throws Exception {
        assertThat(call("server").lines())
                .contains("-Xmx256m", "-XX:+CrashOnOutOfMemoryError")
                .doesNotContain("-XX:TieredStopAtLevel=1");
        assertThat(call("status").lines()).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        assertThat(run(jdk("25.0.1"), Map.of("MUSTER_HEAP", "1g", "MUSTER_JAVA_OPTS", "-Da=1  -Db=2"), "server")
                        .lines())
                .contains("-Xmx1g", "-Da=1", "-Db=2", "--sun-misc-unsafe-memory-access=allow")
                .doesNotContain("-Xmx256m");
        assertThat(run(jdk("17.0.15"), Map.of(), "server").lines())
                .doesNotContain("--sun-misc-unsafe-memory-access=allow");
    }

    @Test
    void itRunsThroughSymbolicLinks() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), LAUNCHER);
        Path second = Files.createSymbolicLink(folder.resolve("second link"), link);

        Result result = Script.run(folder, Map.of("JAVA_HOME", jdk("17").toString()), second.toString(), "x");

        assertThat(result.lines()).endsWith("dev.muster.cli.Main", "x");
    }

    @Test
    void itEndsAsItsProgramEnds() throws Exception {
        Path jdk = jdk("17");
        Script.write(jdk.resolve("bin/java"), "#!/bin/sh\nexit 74\n");

        assertThat(run(jdk, Map.of(), "server").code()).isEqualTo(74);
    }

    @Test
    void withoutAJdkItSaysWhatItLookedFor() throws Exception {
        assertThat(run(folder.resolve("none"), Map.of(), "status").text())
                .contains("no JDK 17 or newer found; looked in:")
                .contains(folder.resolve("none").toString());
        Result old = run(jdk("11.0.2"), Map.of(), "status");
        assertThat(old.text()).contains("no JDK 17 or newer found");
        assertThat(old.code()).isEqualTo(1);
    }

    private Result call(String... arguments) throws IOException, InterruptedException {
        return run(jdk("17.0.15"), Map.of(), arguments);
    }

    private Result run(Path jdk, Map<String, String> variables, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> all = new TreeMap<>(variables);
        all.put("JAVA_HOME", jdk.toString());
        String[] command = new String[arguments.length + 1];
        command[0] = LAUNCHER.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Script.run(folder, all, command);
    }

    /** A JDK of this version that prints its arguments, one a line. */
    private Path jdk(String version) throws IOException {
        Path jdk = folder.resolve("jdk " + version);
        Script.write(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    /** The artifacts on the class path that the JDK was called with. */
    private static List<String> jars(Result result) {
        List<String> lines = result.lines();
        List<Path> paths = Arrays.stream(lines.get(lines.indexOf("-cp") + 1).split(":", -1))
                .map(Path::of)
                .toList();
        assertThat(paths).allMatch(Files::isRegularFile);
        return paths.stream()
                .map(path -> path.getFileName().toString().replaceFirst("-[0-9].*", ""))
                .toList();
    }
}
