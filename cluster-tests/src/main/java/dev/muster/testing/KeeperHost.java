// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one host has of a keeper: its manifests, its data, and keepers in processes of their own, one after the other.
 * Closing it ends them and what they ran. Not thread-safe.
 */
public final class KeeperHost implements AutoCloseable {
    private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

    private final Path folder;
    private final Path logs;
    private final List<JavaChild> keepers = new ArrayList<>();

    /** {@code folder}: a short path, since that of a socket in it has to fit into 108 bytes. */
    public KeeperHost(Path folder, Path logs) {
        this.folder = folder;
        this.logs = logs;
    }

    /** Writes the manifest of the unit, as its owner alone may. */
    public void manifest(String unit, String text) {
        try {
            Files.createDirectories(manifests());
            Path file = Files.writeString(manifests().resolve(unit + ".yaml"), text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a keeper of the cluster. */
    public JavaChild keeper(TestCluster cluster, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--manifests=" + manifests(),
                "--data=" + data(),
                "--endpoints=" + String.join(",", cluster.endpoints())));
        arguments.addAll(List.of(flags));
        JavaChild keeper = JavaChild.start(logs, "keeper", "dev.muster.keeper.Main", arguments);
        keepers.add(keeper);
        return keeper;
    }

    /** Where the keepers keep what they know. */
    public Path data() {
        return folder.resolve("data");
    }

    /** What the keeper has noted of the unit; empty before it has. */
    public String noted(String unit) {
        return text(data().resolve("units/" + unit + ".json"));
    }

    /** The process of the unit, as the keeper has noted it; 0 for none. */
    public long pid(String unit) {
        Matcher pid = PID.matcher(noted(unit));
        return pid.find() ? Long.parseLong(pid.group(1)) : 0;
    }

    @Override
    public void close() {
        keepers.stream().filter(JavaChild::isAlive).forEach(JavaChild::kill);
        try (Stream<Path> units =
                Files.isDirectory(data().resolve("units")) ? Files.list(data().resolve("units")) : Stream.empty()) {
            units.flatMap(unit -> PID.matcher(text(unit)).results())
                    .map(pid -> Long.parseLong(pid.group(1)))
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process)))
                    .forEach(ProcessHandle::destroyForcibly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path manifests() {
        return folder.resolve("manifests");
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
