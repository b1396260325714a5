// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A {@link TrafficDouble} in a JVM of its own, killed at the end. Confined to one thread. */
public final class ChildJvm implements AutoCloseable {
    /** Small enough that errors come soon. */
    public static final List<String> SMALL = List.of(
            "-Xmx48m", "-XX:MaxMetaspaceSize=24m", "-XX:MaxDirectMemorySize=4m", "-XX:+UseSerialGC", "-Xlog:disable");

    /** The same, with what a keeper adds. */
    public static final List<String> WATCHED =
            Stream.concat(SMALL.stream(), MemoryWatch.jvmOptions().stream()).toList();

    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path log;
    private final int port;

    private ChildJvm(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** The homes of the JDKs on this machine that the tests are to run with: 17 and, if it is there, 25. */
    public static List<Path> jdks() {
        List<Path> homes = new ArrayList<>();
        for (String version : List.of("17", "25")) {
            find(version).ifPresentOrElse(homes::add, () -> System.out.println("no JDK " + version + " here: skipped"));
        }
        return homes;
    }

    private static Optional<Path> find(String version) {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(all)) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .filter(home -> isVersion(home, version))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isVersion(Path home, String version) {
        try {
            return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"" + version);
        } catch (IOException e) {
            return false;
        }
    }

    /** How one is started. */
    public static LaunchLine launch(Path jdk, List<String> options) {
        List<String> argv = new ArrayList<>(List.of(jdk.resolve("bin/java").toString()));
        argv.addAll(options);
        argv.addAll(List.of("-cp", classes(), TrafficDouble.class.getName(), "0"));
        return new LaunchLine(argv, Map.of());
    }

    /** Starts one and waits until it serves. Its output goes into a log file in the folder. */
    public static ChildJvm start(Path jdk, Path folder, List<String> options) {
        return start(launch(jdk, options), folder);
    }

    /** Starts one and waits until it serves. Its output goes into a log file in the folder. */
    public static ChildJvm start(LaunchLine launch, Path folder) {
        try {
            Path log = Files.createTempFile(folder, "child", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(launch.argv()).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(launch.environment());
            Process process = builder.start();
            try {
                String ready = await().atMost(START_BOUND)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> readyLine(log), line -> !line.isEmpty());
                return new ChildJvm(process, log, Integer.parseInt(ready.replaceAll("\\D", "")));
            } catch (RuntimeException e) {
                process.destroyForcibly();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classes() {
        return Path.of(URI.create(TrafficDouble.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
    }

    private static String readyLine(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("ready "))
                .findFirst()
                .orElse("");
    }

    /** Its identity. */
    public JvmProcess process() {
        return JvmProcess.of(process.pid()).orElseThrow();
    }

    /** Its output. */
    public Path log() {
        return log;
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks for something; the answer may never come. */
    public CompletableFuture<HttpResponse<String>> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Sends it a signal by name. */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
