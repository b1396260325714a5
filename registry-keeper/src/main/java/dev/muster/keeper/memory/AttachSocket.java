// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.AttachException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket on which a HotSpot JVM takes diagnostic commands.
 *
 * <p>A JVM opens it when it starts, with {@link MemoryWatch#jvmOptions}, or when it gets SIGQUIT while a certain file
 * exists. That signal ends a process that does not expect it, so it is sent only to one that has the JVM's library
 * mapped, catches the signal, and has been there for a while. Not thread-safe.
 */
final class AttachSocket {
    /** A JVM that opens the socket by itself has done so by then. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** A JVM that does not answer to it prints its threads each time. */
    private static final int MAX_SIGNALS = 3;

    private static final long TICKS_PER_SECOND = 100;
    private static final Duration KILL_BOUND = Duration.ofSeconds(1);
    private static final int PERMISSIONS = 0777;
    private static final int OWNER_ONLY = 0600;
    private static final int SIGQUIT_BIT = 1 << 2;

    private static final Logger LOG = LoggerFactory.getLogger(AttachSocket.class);

    private final JvmProcess process;
    private int signals;
    private boolean asked;

    AttachSocket(JvmProcess process) {
        this.process = process;
    }

    /**
     * The socket, if it is there and the JVM's own.
     *
     * @throws AttachException GONE, or REFUSED when the socket was put there by somebody else
     * @throws IOException if there is none yet
     */
    Path path() throws IOException {
        Path socket = temporary(".java_pid");
        if (!process.isAlive()) {
            throw gone();
        }
        int owner = (Integer) Files.getAttribute(socket, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if (owner != owner() || (mode & PERMISSIONS) != OWNER_ONLY) {
            throw new AttachException(
                    Kind.REFUSED, socket + " is not the JVM's own socket (expected: mode 0600 and its owner)");
        }
        return socket;
    }

    /**
     * Makes the JVM open its socket, which takes it a moment.
     *
     * @return whether that may be hoped for; not yet for a JVM that is still starting
     * @throws AttachException GONE, or REFUSED when this is no JVM, or one that does not want it
     */
    boolean ask() throws IOException {
        if (!process.isAlive()) {
            throw gone();
        }
        if (signals == MAX_SIGNALS) {
            throw new AttachException(
                    Kind.REFUSED,
                    "the JVM " + process.pid() + " opens no attach socket (expected: no -XX:+DisableAttachMechanism)");
        }
        if (age().compareTo(GRACE) < 0) {
            return false;
        }
        if (!isJvm()) {
            throw noJvm();
        }
        long caught = Long.parseUnsignedLong(status("SigCgt:").get(0), 16);
        if ((caught & SIGQUIT_BIT) == 0) {
            throw new AttachException(
                    Kind.REFUSED, "the JVM " + process.pid() + " does not take SIGQUIT (expected: no -Xrs)");
        }
        signals++;
        try {
            Files.createFile(temporary(".attach_pid"));
            asked = true;
        } catch (FileAlreadyExistsException e) {
            // Another tool asks at this moment; its file does as well.
        }
        signal();
        return true;
    }

    /** Leaves nothing behind. */
    void forget() {
        if (!asked) {
            return;
        }
        asked = false;
        try {
            Files.deleteIfExists(temporary(".attach_pid"));
        } catch (IOException e) {
            LOG.debug("an empty file for process {} may have been left behind", process.pid(), e);
        }
    }

    AttachException gone() {
        return new AttachException(Kind.GONE, "process " + process.pid() + " has ended");
    }

    /** Why nobody took a connection to the socket: one that was killed leaves it behind, and its pid is given again. */
    AttachException notConnected(Path socket, IOException why) throws IOException {
        if (!process.isAlive()) {
            return gone();
        }
        return isJvm()
                ? new AttachException(Kind.REFUSED, socket + " cannot be connected to: " + why.getMessage())
                : noJvm();
    }

    private boolean isJvm() throws IOException {
        return Files.readString(process.proc().resolve("maps")).contains("/libjvm.so");
    }

    private AttachException noJvm() {
        return new AttachException(Kind.REFUSED, "process " + process.pid() + " is not a HotSpot JVM");
    }

    private void signal() throws IOException {
        Process kill = new ProcessBuilder(List.of("kill", "-QUIT", Long.toString(process.pid())))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!kill.waitFor(KILL_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
                kill.destroyForcibly();
            }
        } catch (InterruptedException e) {
            kill.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** A file in the JVM's own /tmp, named by the pid that the JVM itself has: both differ in a container. */
    private Path temporary(String name) throws IOException {
        List<String> pids = status("NSpid:");
        return process.proc().resolve("root/tmp").resolve(name + pids.get(pids.size() - 1));
    }

    private int owner() throws IOException {
        return (Integer) Files.getAttribute(process.proc(), "unix:uid");
    }

    private Duration age() throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
        return Duration.ofMillis((long) (seconds * 1000) - process.startTicks() * 1000 / TICKS_PER_SECOND);
    }

    private List<String> status(String key) throws IOException {
        try (var lines = Files.lines(process.proc().resolve("status"))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> List.of(line.substring(key.length()).strip().split("\\s+", -1)))
                    .findFirst()
                    .orElseThrow(this::gone);
        } catch (IOException | UncheckedIOException e) {
            if (process.isAlive()) {
                throw e;
            }
            throw gone();
        }
    }
}
