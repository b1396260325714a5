// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What one host has of a keeper: its manifests, its data, and keepers in processes of their own, one after the other. A
 * test has one in a field, new and empty for each of its methods; afterwards the keepers and all that they ran are ended.
 * Not thread-safe.
 *
 * <pre>{@code
 * @RegisterExtension
 * final KeeperHost host = new KeeperHost();
 * }</pre>
 */
public final class KeeperHost implements BeforeEachCallback, AfterEachCallback {
    private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

    private final List<JavaChild> keepers = new ArrayList<>();
    private Path folder = Path.of("");

    /** In the folder for what is temporary: a short path, since that of a socket in it has to fit into 108 bytes. */
    @Override
    public void beforeEach(ExtensionContext test) throws IOException {
        folder = Files.createTempDirectory("keeper");
    }

    /** Ends them, and deletes all that is on this host, unless the test has failed. */
    @Override
    public void afterEach(ExtensionContext test) {
        end();
        if (test.getExecutionException().isPresent()) {
            System.out.println("the files of the keeper are in " + folder);
            return;
        }
        // What was just killed may have made a file after they were listed.
        await("the files of the host are deleted").ignoreExceptions().until(this::delete);
    }

    /** Where a test may put files of its own. */
    public Path folder() {
        return folder;
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
        JavaChild keeper = JavaChild.start(folder, "keeper", "dev.muster.keeper.Main", arguments);
        keepers.add(keeper);
        return keeper;
    }

    /** Where the keepers keep what they know. */
    public Path data() {
        return folder.resolve("data");
    }

    /** What the keeper has noted of the unit; empty before it has. */
    public String noted(String unit) {
        return text(data().resolve("units/" + unit + ".state"));
    }

    /** The process of the unit, as the keeper has noted it; 0 for none. */
    public long pid(String unit) {
        Matcher pid = PID.matcher(noted(unit));
        return pid.find() ? Long.parseLong(pid.group(1)) : 0;
    }

    /** What the keeper answers to an order on its socket; both are JSON. */
    public String order(String order) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(data().resolve("control")))) {
            channel.write(ByteBuffer.wrap((order + "\n").getBytes(StandardCharsets.UTF_8)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path manifests() {
        return folder.resolve("manifests");
    }

    private void end() {
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

    private boolean delete() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        return true;
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
