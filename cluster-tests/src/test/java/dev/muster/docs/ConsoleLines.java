// SPDX-License-Identifier: Apache-2.0
package dev.muster.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A shell for the console lines of documents: in a copy of {@code deploy} with the distribution that was built, on free
 * ports, and with a cluster of its own that ends with it. A line that begins with {@code $} is run; those after it have
 * to be in its output, in that order, where numbers, times and the width of columns may differ. For one thread.
 */
final class ConsoleLines implements AutoCloseable {
    private static final int USUAL_PORT = 7440;
    private static final int NODES = 3;
    private static final int SECONDS = 100;
    private static final String PROMPT = "$ ";
    private static final Pattern NUMBER = Pattern.compile("\\d+([,.]?)");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\S*");

    /** Lines that are not run as they stand, and what is run instead; nothing when empty. */
    private static final Map<String, String> INSTEAD = Map.of(
            // Takes a while and builds; .ci/run does that. What the other lines need of it is the cluster.
            "./deploy/quickstart.sh",
            "./deploy/cluster.sh up --base-port " + USUAL_PORT,
            // Would run this very test.
            "./mvnw verify",
            "");

    private final Path folder;
    private final int basePort;

    private ConsoleLines(Path folder, int basePort) {
        this.folder = folder;
        this.basePort = basePort;
    }

    /** Copies what the lines need; the test is skipped when there is no distribution yet. */
    static ConsoleLines install(Path folder) throws IOException {
        Optional<Path> distribution = distribution();
        assumeTrue(
                distribution.isPresent(),
                "the distribution is not built; ./mvnw verify does that before, ./mvnw -Dquick -DskipTests package too");
        Files.createDirectories(folder.resolve("deploy"));
        for (String script : List.of("muster", "cluster.sh", "quickstart.sh")) {
            Files.copy(
                    Repository.path("deploy").resolve(script),
                    folder.resolve("deploy").resolve(script));
        }
        Path bin = Files.createDirectories(folder.resolve("deploy/target/muster-built/bin"));
        Path launcher = Files.writeString(
                bin.resolve("muster"), "#!/bin/sh\nexec '" + distribution.orElseThrow() + "/bin/muster' \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        return new ConsoleLines(folder, freePorts());
    }

    /** Runs a block. */
    void run(String block) {
        List<String> lines = block.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).startsWith(PROMPT);
            List<String> shown = lines.stream()
                    .skip(i + 1L)
                    .takeWhile(line -> !line.startsWith(PROMPT))
                    .toList();
            run(lines.get(i).substring(PROMPT.length()), shown);
            i += shown.size();
        }
    }

    private void run(String line, List<String> shown) {
        String command = INSTEAD.getOrDefault(line, line);
        if (command.isEmpty()) {
            return;
        }
        String printed = bash(command);
        String expected = shown.stream().map(ConsoleLines::pattern).collect(Collectors.joining("(?s:.*)"));
        assertThat(printed).as(line).containsPattern("(?m)" + expected);
    }

    /** The line as a pattern that leaves open what differs from run to run. */
    private static String pattern(String line) {
        return Stream.of(line.strip().split("\\s+"))
                .map(ConsoleLines::wordPattern)
                .collect(Collectors.joining("\\s+", "^", "\\s*$"));
    }

    private static String wordPattern(String word) {
        Matcher number = NUMBER.matcher(word);
        if (number.matches()) {
            return "\\d+" + number.group(1);
        }
        return TIME.matcher(word).matches() ? TIME.pattern() : Pattern.quote(word);
    }

    private String bash(String command) {
        Path output = folder.resolve("output");
        try {
            ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", onFreePorts(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            bash.environment().put("MUSTER_ENDPOINTS", onFreePorts(endpoints()));
            bash.environment().put("MUSTER_TIMEOUT", "30s");
            Process process = bash.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail(command + " did not end within " + SECONDS + " s; it printed:\n" + Files.readString(output));
            }
            String printed = Files.readString(output);
            assertThat(process.exitValue()).as(command + "\n" + printed).isZero();
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while this ran: " + command, e);
        }
    }

    private static String endpoints() {
        return IntStream.range(0, NODES)
                .mapToObj(node -> "127.0.0.1:" + (USUAL_PORT + 10 * node))
                .collect(Collectors.joining(","));
    }

    private String onFreePorts(String text) {
        String moved = text;
        for (int node = 0; node < NODES; node++) {
            moved = moved.replace(Integer.toString(USUAL_PORT + 10 * node), Integer.toString(basePort + 10 * node));
        }
        return moved;
    }

    private static Optional<Path> distribution() throws IOException {
        Path target = Repository.path("deploy/target");
        if (!Files.isDirectory(target)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(target)) {
            return folders.filter(folder -> Files.isExecutable(folder.resolve("bin/muster")))
                    .findFirst();
        }
    }

    private static int freePorts() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = ThreadLocalRandom.current().nextInt(10_000, 10_900);
            if (areFree(base)) {
                return base;
            }
        }
        throw new IllegalStateException("no free ports between 10000 and 11000");
    }

    private static boolean areFree(int base) {
        List<ServerSocket> bound = new ArrayList<>();
        try {
            for (int node = 0; node < NODES; node++) {
                for (int port = base + 10 * node; port < base + 10 * node + 2; port++) {
                    bound.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                }
            }
            return true;
        } catch (IOException taken) {
            return false;
        } finally {
            bound.forEach(ConsoleLines::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the cluster, also when the test was interrupted because it took too long. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (Files.exists(folder.resolve("deploy/target/cluster"))) {
                bash("./deploy/cluster.sh down");
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
