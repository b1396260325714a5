// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.ClusterAdmin;
import dev.muster.client.Member;
import dev.muster.client.MusterException;
import dev.muster.client.NodeStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sets the data folder of a node aside, so that the node can join anew with an empty one. Only when the cluster can do
 * without what is in it: a majority of the members has to serve without this one. For one thread.
 */
final class Rejoin {
    private final ClusterAdmin cluster;
    private final String node;
    private final Path data;

    Rejoin(ClusterAdmin cluster, String node, Path data) {
        this.cluster = cluster;
        this.node = node;
        this.data = data;
    }

    /** Checks all that has to hold, and then renames the folder to {@code aside}. */
    void setAside(Path aside) throws IOException {
        List<Member> members = cluster.members();
        Member self = members.stream()
                .filter(member -> member.node().equals(node))
                .findFirst()
                .orElseThrow(() -> refused("NODE: " + node + " (expected: a member, one of "
                        + members.stream().map(Member::node).toList() + ")"));
        if (status(self).isPresent()) {
            throw refused(node + " runs: stop it first");
        }
        List<NodeStatus> others = members.stream()
                .filter(member -> !member.node().equals(node))
                .flatMap(member -> status(member).stream())
                .filter(NodeStatus::ready)
                .toList();
        int majority = members.size() / 2 + 1;
        if (others.size() < majority) {
            throw refused("only " + others.size() + " of " + members.size() + " members serve without " + node
                    + " (expected: " + majority + "); what is on its disk may be needed, leave it as it is");
        }
        checkWhose(others.get(0).clusterId());
        try (FileChannel file = FileChannel.open(data.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = lock(file)) {
            if (lock == null) {
                throw refused(data + " is used by a running process: stop it first");
            }
            Files.move(data, aside, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException usedByThisProcess) {
            return null;
        }
    }

    private Optional<NodeStatus> status(Member member) {
        try {
            return Optional.of(cluster.status(member.address()));
        } catch (MusterException silent) {
            return Optional.empty();
        }
    }

    private void checkWhose(String clusterId) throws IOException {
        Path file = data.resolve("identity");
        // Not necessarily text any more.
        String text = Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
        List<String> identity = text.lines().toList();
        if (!identity.contains("node=" + node) || !identity.contains("cluster=" + clusterId)) {
            throw refused("--data: " + data + " (expected: the data folder of node " + node + " of cluster " + clusterId
                    + ", on this machine)");
        }
    }

    private static CliException refused(String why) {
        return new CliException(ExitCode.REFUSED, why);
    }
}
