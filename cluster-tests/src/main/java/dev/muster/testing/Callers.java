// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells which node is at the other end of a connection, as all of them call from one address: the kernel knows the socket
 * of each port, and the process of each socket. Needs the {@code /proc} of Linux; elsewhere nobody is known. Immutable.
 */
final class Callers {
    /** Where no node calls. */
    static final Callers NOBODY = new Callers(List.of());

    private static final List<Path> SOCKETS = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final Pattern BLANKS = Pattern.compile(" +");
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private final List<TestNode> nodes;

    Callers(List<TestNode> nodes) {
        this.nodes = nodes;
    }

    /** The name of the node that called from this port of loopback to that one, or an empty one if none did. */
    String name(int from, int to) {
        if (nodes.isEmpty()) {
            return "";
        }
        return inode(from, to)
                .flatMap(inode -> nodes.stream()
                        .filter(node ->
                                node.findPid().filter(pid -> holds(pid, inode)).isPresent())
                        .findFirst())
                .map(TestNode::name)
                .orElse("");
    }

    private static Optional<String> inode(int from, int to) {
        String local = String.format(Locale.ROOT, ":%04X", from);
        String remote = String.format(Locale.ROOT, ":%04X", to);
        for (Path sockets : SOCKETS) {
            try (Stream<String> lines = Files.lines(sockets)) {
                Optional<String> found = lines.map(line -> BLANKS.split(line.strip()))
                        .filter(line ->
                                line.length > INODE && line[LOCAL].endsWith(local) && line[REMOTE].endsWith(remote))
                        .map(line -> line[INODE])
                        .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException noSuchTable) {
                // Then the socket is not in it.
            }
        }
        return Optional.empty();
    }

    private static boolean holds(long pid, String inode) {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.anyMatch(file -> {
                try {
                    return Files.readSymbolicLink(file).toString().equals("socket:[" + inode + "]");
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        } catch (IOException endedMeanwhile) {
            return false;
        }
    }
}
