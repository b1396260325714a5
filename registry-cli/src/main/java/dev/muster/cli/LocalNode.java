// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node of the cluster whose process runs on this host, found by the port that it listens on. By {@code /proc}, so on
 * Linux only, and of processes that this user may look into. Immutable.
 *
 * @param member the node
 * @param process its process
 */
record LocalNode(Member member, ProcessHandle process) {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENS = "0A";
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    /** Whether the node's address is one of this host. */
    static boolean isHere(Member member) {
        String host = member.address().substring(0, member.address().lastIndexOf(':'));
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process of a node of this host, if it can be seen. */
    static Optional<LocalNode> of(Member member) {
        int port = Integer.parseInt(member.address().substring(member.address().lastIndexOf(':') + 1));
        Set<String> sockets = listeners(port);
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> hasOneOf(process, sockets))
                    .findFirst()
                    .map(process -> new LocalNode(member, process));
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** SIGTERM. */
    void stop() {
        process.destroy();
    }

    /** SIGSTOP, and after that time SIGCONT, by a process of its own: it goes on though this one is killed. */
    void pause(Duration length) {
        String order = "trap '' INT HUP; kill -STOP %1$d; sleep %2$d.%3$03d; kill -CONT %1$d"
                .formatted(process.pid(), length.toSeconds(), length.toMillisPart());
        try {
            new ProcessBuilder("/bin/sh", "-c", order).start();
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What the kernel calls the sockets that listen on the port: {@code socket:[INODE]}. */
    private static Set<String> listeners(int port) {
        String suffix = String.format(":%04X", port);
        return Stream.of("net/tcp", "net/tcp6")
                .map(PROC::resolve)
                .filter(Files::isReadable)
                .flatMap(file -> lines(file).stream())
                .map(line -> line.strip().split("\\s+"))
                .filter(fields ->
                        fields.length > INODE && fields[ADDRESS].endsWith(suffix) && fields[STATE].equals(LISTENS))
                .map(fields -> "socket:[" + fields[INODE] + "]")
                .collect(Collectors.toSet());
    }

    private static boolean hasOneOf(ProcessHandle process, Set<String> sockets) {
        try (Stream<Path> files = Files.list(PROC.resolve(process.pid() + "/fd"))) {
            return files.anyMatch(file -> sockets.contains(target(file)));
        } catch (IOException | UncheckedIOException e) {
            // It has ended, or is somebody else's.
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
