// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.backup.Restore;
import dev.muster.cli.load.AckedLoad;
import dev.muster.cli.output.DrillView;
import dev.muster.client.Consistency;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Saves a backup of the running cluster, restores it into a cluster of one node on this host, and looks there for all that
 * had been acknowledged before. The running cluster is only read, beside the load. For one thread.
 */
final class RestoreDrill {
    private static final String NODE = "drill";
    private static final int FULL_SWING = 100;
    private static final int NUMBERS = 100;
    /** Client, Raft and HTTP port. */
    private static final int PORTS = 3;

    private static final int FIRST_PORT = 30_000;
    private static final int LAST_PORT = 32_000;

    private final Context context;
    private final MusterClient client;
    private final Drill drill;
    private final Path launcher;

    RestoreDrill(Context context, MusterClient client, Drill drill, Path launcher) {
        this.context = context;
        this.client = client;
        this.drill = drill;
        this.launcher = launcher;
    }

    ExitCode run() {
        drill.membersThatAreWell();
        return drill.told("a backup", () -> {
            Path folder = unchecked(() -> Files.createTempDirectory("muster-drill-"));
            try (AckedLoad load = new AckedLoad(client)) {
                drill.await("writes are acknowledged", () -> load.acknowledged() >= FULL_SWING);
                Set<String> before = load.ids();
                Path file = folder.resolve("backup");
                BackupCommand.save(context, client, file, Consistency.LINEARIZABLE);
                long began = System.nanoTime();
                unchecked(() -> Restore.into(folder.resolve("data"), file));
                return restored(folder, load, before, began);
            } finally {
                delete(folder);
            }
        });
    }

    private DrillView.Result restored(Path folder, AckedLoad load, Set<String> before, long began) {
        int port = freePort();
        String endpoint = "127.0.0.1:" + port;
        Process node = unchecked(() -> new ProcessBuilder(
                        launcher.toString(),
                        "server",
                        "--node=" + NODE,
                        "--data=" + folder.resolve("data"),
                        "--listen=" + endpoint,
                        "--peers=" + NODE + "=" + endpoint,
                        "--preset=local")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start());
        try {
            return context.clientOf(endpoint, there -> {
                boolean back = drill.seen("the restored node serves", () -> serves(there, endpoint));
                long lost = before.size();
                if (back) {
                    lost = AckedLoad.missing(before, there);
                    load.takeThrough(there, NUMBERS);
                } else {
                    context.output()
                            .talk(String.join("\n", unchecked(() -> Files.readAllLines(folder.resolve("log")))));
                }
                return new DrillView.Result(
                        "restore",
                        "a backup",
                        before.size(),
                        load.unacknowledged(),
                        lost,
                        load.duplicates(),
                        Optional.empty(),
                        back ? Optional.of(Duration.ofNanos(System.nanoTime() - began)) : Optional.empty());
            });
        } finally {
            end(node);
        }
    }

    private static boolean serves(MusterClient there, String endpoint) {
        try {
            return there.cluster().status(endpoint).ready();
        } catch (MusterException silent) {
            return false;
        }
    }

    private static void end(Process node) {
        try {
            node.destroyForcibly().waitFor(Drill.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() {
        for (int port = FIRST_PORT; port < LAST_PORT; port += PORTS) {
            if (isFree(port) && isFree(port + 1) && isFree(port + 2)) {
                return port;
            }
        }
        throw new CliException(
                ExitCode.ERROR,
                "no three free ports in a row (expected: some from " + FIRST_PORT + " to " + LAST_PORT + ")");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static void delete(Path folder) {
        List<Path> files = unchecked(() -> {
            try (Stream<Path> all = Files.walk(folder)) {
                return all.sorted(Comparator.reverseOrder()).toList();
            }
        });
        files.forEach(file -> unchecked(() -> Files.deleteIfExists(file)));
    }

    private interface FileWork<T> {
        T run() throws IOException;
    }

    private static <T> T unchecked(FileWork<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }
}
