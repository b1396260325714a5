// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.process.Launcher;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keeper in the background, where no init system looks after it. One that is killed is followed by another: a shell
 * waits for its end, and is replaced by the keeper should it be killed itself. An orderly end, which takes away the file
 * with the keeper's process id, is the end of both. For one thread.
 */
final class Daemon {
    /** The file with the process id of a keeper that runs. */
    static final String PID_FILE = "keeper.pid";
    /** Of the command line: go to the background, and stay there. */
    static final String BEGIN = "--daemon";
    /** Of the command line that the shell runs. */
    static final String WATCHED = "--watched";

    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration LONGEST_START = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** What can be waited for is waited for; the codes are those after which another start would not help. */
    private static final String SCRIPT = """
            pid_file=$1 running=$2
            shift 2
            if [ -n "$running" ]; then
              while kill -0 "$running" 2>/dev/null; do sleep 0.2; done
              [ -f "$pid_file" ] || exit 0
            fi
            while :; do
              "$@"
              case $? in 0 | 3 | 73) exit ;; esac
              sleep 1
            done
            """;

    private final Path data;
    private final Launcher launcher;
    /** Who started this process; who is orphaned has another parent. */
    private final Optional<ProcessHandle> parent = ProcessHandle.current().parent();

    private @Nullable Process replacement;

    private Daemon(Path data, Launcher launcher) {
        this.data = data;
        this.launcher = launcher;
    }

    /** Of this process, which a shell runs. */
    static Daemon ofThis(Path data) throws IOException {
        return new Daemon(data, new Launcher());
    }

    /**
     * Starts a keeper in the background, with the command line of this process; returns when it takes orders.
     *
     * @throws IOException when it does not
     */
    static void begin(Path data) throws IOException {
        Files.createDirectories(data);
        Process shell = start(data, new Launcher(), "");
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (!takesOrders(data)) {
            if (!shell.isAlive() || System.nanoTime() > end) {
                throw new IOException("no keeper runs in the background (see " + log(data) + ")");
            }
            var unused = new CompletableFuture<Void>()
                    .completeOnTimeout(null, PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    /** Replaces the shell if it is gone. */
    void lookAfter() {
        Process shell = replacement;
        if (shell == null ? ProcessHandle.current().parent().equals(parent) : shell.isAlive()) {
            return;
        }
        try {
            shell = start(data, launcher, Long.toString(ProcessHandle.current().pid()));
            replacement = shell;
            LOG.warn("nobody watched this keeper any more; process {} does from now on", shell.pid());
        } catch (IOException e) {
            LOG.error("nobody watches this keeper: {}", e.toString());
        }
    }

    private static Process start(Path data, Launcher launcher, String running) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                SCRIPT,
                "muster-keeper-shell",
                data.resolve(PID_FILE).toString(),
                running));
        String own = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        Arrays.stream(own.split("\0", -1))
                .limit(own.chars().filter(each -> each == 0).count())
                .map(word -> word.equals(BEGIN) ? WATCHED : word)
                .forEach(command::add);
        String endpoints = System.getenv("MUSTER_ENDPOINTS");
        UnitLog log = new UnitLog(log(data));
        log.rotateIfFull();
        return launcher.start(
                command,
                endpoints == null ? Map.of() : Map.of("MUSTER_ENDPOINTS", endpoints),
                Path.of("/"),
                log.path());
    }

    private static Path log(Path data) {
        return data.resolve("keeper.log");
    }

    private static boolean takesOrders(Path data) {
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(data.resolve("control")))) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
