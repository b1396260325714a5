// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A host of a test: manifests, a keeper in this process or in one of its own, and what operators see. For one thread. */
final class Host {
    static final Duration LONGEST = Duration.ofSeconds(60);

    private final Path folder;
    private @Nullable Keeper keeper;
    private @Nullable Process process;

    Host() throws IOException {
        // Short: the path of a socket has to fit into 108 bytes.
        folder = Files.createTempDirectory("keeper");
        Files.createDirectory(manifests());
    }

    Path manifests() {
        return folder.resolve("manifests");
    }

    Path data() {
        return folder.resolve("data");
    }

    void unit(String name, String... lines) throws IOException {
        Path file = Files.writeString(manifests().resolve(name + ".yaml"), String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** A keeper in this process, without a registry. */
    void start() throws Exception {
        keeper = Keeper.start(new KeeperConfig(
                manifests(),
                data(),
                data().resolve("bundles"),
                List.of(),
                "host",
                "default",
                Duration.ofSeconds(10),
                22_000,
                22_999));
    }

    /** A keeper in a process of its own. */
    void startProcess(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.muster.keeper.Main",
                "run",
                "--manifests=" + manifests(),
                "--data=" + data(),
                "--endpoints=none"));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(folder.toFile(), "keeper.log")))
                .start();
    }

    /** A keeper in the background, which watches itself. */
    void startDaemon() throws Exception {
        startProcess("--daemon");
        assertThat(process.waitFor()).isZero();
    }

    /** The keeper that says that it runs. */
    Optional<ProcessHandle> daemon() {
        try {
            Path file = data().resolve("keeper.pid");
            return Files.exists(file)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                            .filter(ProcessHandle::isAlive)
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** SIGKILL to the keeper's process. */
    void killProcess() {
        process.destroyForcibly().onExit().join();
    }

    /** Ends the keeper of this process as SIGTERM does. */
    void stop() throws IOException {
        keeper.close();
    }

    JsonObject order(String json) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(data().resolve("control")))) {
            channel.write(ByteBuffer.wrap((json.replace('\'', '"') + "\n").getBytes(StandardCharsets.UTF_8)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return JsonParser.parseString(answer.toString(StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void order(String verb, String unit) {
        JsonObject answer = order("{'do': '" + verb + "', 'unit': '" + unit + "'}");
        if (answer.has("problem")) {
            throw new AssertionError(answer);
        }
    }

    JsonObject status(String unit) {
        for (JsonElement each : units()) {
            if (each.getAsJsonObject().get("unit").getAsString().equals(unit)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no unit " + unit);
    }

    JsonArray units() {
        return order("{'do': 'ps'}").getAsJsonArray("units");
    }

    String phase(String unit) {
        return status(unit).get("phase").getAsString();
    }

    long pid(String unit) {
        return status(unit).get("pid").getAsLong();
    }

    /** Waits until the unit is ready; returns its process id. */
    long awaitReady(String unit) {
        await(unit + " is ready")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(10))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> phase(unit).equals("ready"));
        return pid(unit);
    }

    /** Waits until the unit is ready with another process than that. */
    long awaitReadyAnew(String unit, long before) {
        await(unit + " is ready anew")
                .atMost(LONGEST)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> pid(unit) != before && phase(unit).equals("ready"));
        return pid(unit);
    }

    void awaitPhase(String unit, String phase) {
        await(unit + " is " + phase).atMost(LONGEST).until(() -> phase(unit).equals(phase));
    }

    /** The incidents of a unit: type and text. */
    List<String> incidents(String unit) {
        List<String> lines = new ArrayList<>();
        for (JsonElement each : order("{'do': 'incidents', 'limit': 1000, 'unit': '" + unit + "'}")
                .getAsJsonArray("incidents")) {
            JsonObject incident = each.getAsJsonObject();
            lines.add(incident.get("type").getAsString() + " "
                    + incident.get("id").getAsString() + " "
                    + incident.get("text").getAsString());
        }
        return lines;
    }

    String log(String unit) throws IOException {
        Path log = data().resolve("logs").resolve(unit + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    static void signal(String name, long pid) throws Exception {
        new ProcessBuilder("/bin/kill", "-s", name, Long.toString(pid)).start().waitFor();
    }

    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
                && !state(pid).equals("Z");
    }

    private static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException e) {
            return "X";
        }
    }

    /** Ends the keeper and all its units. */
    void close() throws IOException {
        List<Long> pids = new ArrayList<>();
        Optional<JsonArray> units = Optional.empty();
        try {
            units = Optional.of(units());
        } catch (UncheckedIOException e) {
            // It was ended already.
        }
        units.ifPresent(all -> all.forEach(unit -> {
            if (unit.getAsJsonObject().has("pid")) {
                pids.add(unit.getAsJsonObject().get("pid").getAsLong());
            }
        }));
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
        if (keeper != null) {
            keeper.close();
        }
        for (long pid : pids) {
            if (pid > 0) {
                ProcessHandle.of(pid).ifPresent(handle -> {
                    handle.descendants().forEach(ProcessHandle::destroyForcibly);
                    handle.destroyForcibly();
                });
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        }
    }
}
