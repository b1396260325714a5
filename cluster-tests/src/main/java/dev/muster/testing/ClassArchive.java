// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The class path of the JVMs that tests start, and an archive of the classes that a node loads: with it a node starts in
 * less than half of the time, and tests start nodes by the hundred. Made by a node of a cluster that is asked for some
 * work, once for each class path and JVM. There is none where modules are folders of classes, for the JVM archives jars
 * only. Immutable.
 */
final class ClassArchive {
    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
    private static final Duration LONGEST_TRAINING = Duration.ofSeconds(60);
    private static final int NODES = 2;

    private final String classPath;
    private final List<String> options;

    private ClassArchive(String classPath, List<String> options) {
        this.classPath = classPath;
        this.options = options;
    }

    /** That of this JVM's own class path. */
    static ClassArchive ofThisClassPath(List<String> jvmOptions) {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<Path> entries =
                Arrays.stream(all.split(File.pathSeparator)).map(Path::of).toList();
        List<Path> jars = entries.stream().filter(Files::isRegularFile).toList();
        List<Path> folders = entries.stream().filter(Files::isDirectory).toList();
        String jarPath = joined(jars);
        String classPath = joined(Stream.concat(jars.stream(), folders.stream()).toList());
        if (jars.stream().noneMatch(jar -> jar.getFileName().toString().startsWith("registry-server"))) {
            return new ClassArchive(classPath, List.of());
        }
        // Two JVMs of tests may need it at once: one makes it, the other waits.
        try (FileChannel file = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock();
            Path archive = Folders.root().resolve(identity(jars) + ".jsa");
            if (!Files.exists(archive)) {
                train(archive, jarPath, jvmOptions);
            }
            return new ClassArchive(classPath, List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while classes were archived", e);
        }
    }

    private static Path lockFile() throws IOException {
        return Files.createDirectories(Folders.root()).resolve("class-archive.lock");
    }

    /** The class path to start with: what is archived comes first. */
    String classPath() {
        return classPath;
    }

    /** Further options of the JVM. */
    List<String> options() {
        return options;
    }

    /** The first of two nodes writes down what it has loaded: as a follower, and as a leader with some work. */
    private static void train(Path archive, String classPath, List<String> jvmOptions)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Path folder = Folders.fresh("class-archive");
        List<Process> nodes = new ArrayList<>();
        try (PortBlock ports = PortBlock.reserve(NODES)) {
            List<String> endpoints = IntStream.range(0, NODES)
                    .mapToObj(index -> "127.0.0.1:" + ports.port(index))
                    .toList();
            for (int index = 0; index < NODES; index++) {
                List<String> command = new ArrayList<>();
                command.add(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
                command.addAll(jvmOptions);
                command.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
                if (index == 0) {
                    command.add("-XX:ArchiveClassesAtExit=" + archive);
                }
                command.addAll(List.of("-cp", classPath, TestNode.SERVER));
                command.addAll(arguments(folder, endpoints, index));
                nodes.add(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(name(index) + ".log").toFile())
                        .start());
            }
            work(endpoints, folder);
            Process trained = nodes.get(0);
            trained.destroy();
            trained.waitFor();
        } finally {
            nodes.forEach(Process::destroyForcibly);
        }
        LOG.info("classes of a node archived in {} ms", (System.nanoTime() - begun) / 1_000_000);
    }

    private static List<String> arguments(Path folder, List<String> endpoints, int index) {
        String peers = IntStream.range(0, NODES)
                .mapToObj(peer -> name(peer) + "=" + endpoints.get(peer))
                .collect(Collectors.joining(","));
        return List.of(
                "--node=" + name(index),
                "--data=" + folder.resolve(name(index)),
                "--listen=" + endpoints.get(index),
                "--cluster=class-archive",
                "--advertise=127.0.0.1",
                "--peers=" + peers);
    }

    private static String name(int index) {
        return "n" + (index + 1);
    }

    private static void work(List<String> endpoints, Path folder) {
        try (MusterClient client = MusterClient.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .requestTimeout(LONGEST_TRAINING)
                .connect()) {
            for (int leader = NODES; leader > 0; leader--) {
                String name = name(leader - 1);
                await(name + " leads, see " + folder)
                        .atMost(LONGEST_TRAINING)
                        .ignoreExceptions()
                        .until(() -> {
                            client.cluster().transferLeadership(name);
                            return true;
                        });
                for (int i = 0; i < 20; i++) {
                    client.write(Change.register(
                            ServiceInstance.of("trained", name + "-" + i).endpoint("grpc", "h", 1)));
                }
                client.lookup(LookupQuery.of("trained"));
            }
        }
    }

    private static String identity(List<Path> jars) throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.vm.version"));
        for (Path jar : jars) {
            text.append('\n').append(jar).append(' ').append(Files.getLastModifiedTime(jar));
        }
        return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static String joined(List<Path> entries) {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
