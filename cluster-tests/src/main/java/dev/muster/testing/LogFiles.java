// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which log entries a node has on its disk, by the names of its files. Immutable.
 *
 * @param first index of the first entry
 * @param last index of the last entry in a closed file or a snapshot, or the one before the open file
 */
public record LogFiles(long first, long last) {
    private static final Pattern CLOSED = Pattern.compile("log_([0-9]+)-([0-9]+)");
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.[0-9]+_([0-9]+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_([0-9]+)");

    /** Waits, while others write, until the leader has purged the entry and all before it. */
    public static void awaitGone(TestCluster cluster, long index) {
        await("entry " + index + " is gone from the log of the leader")
                .atMost(Duration.ofMinutes(2))
                .until(() -> of(cluster.awaitLeader()).first() > index);
    }

    /** Those of a node, which may run. */
    public static LogFiles of(TestNode node) {
        try (Stream<Path> groups = Files.list(node.data().resolve("raft"))) {
            List<String> names = new ArrayList<>(namesIn(node.data().resolve("snapshots")));
            for (Path group : groups.toList()) {
                names.addAll(namesIn(group.resolve("current")));
            }
            long first = Long.MAX_VALUE;
            long last = -1;
            for (String name : names) {
                Matcher closed = CLOSED.matcher(name);
                Matcher open = OPEN.matcher(name);
                Matcher snapshot = SNAPSHOT.matcher(name);
                if (closed.matches()) {
                    first = Math.min(first, Long.parseLong(closed.group(1)));
                    last = Math.max(last, Long.parseLong(closed.group(2)));
                } else if (open.matches()) {
                    first = Math.min(first, Long.parseLong(open.group(1)));
                    last = Math.max(last, Long.parseLong(open.group(1)) - 1);
                } else if (snapshot.matches()) {
                    last = Math.max(last, Long.parseLong(snapshot.group(1)));
                }
            }
            // Without a file it begins behind the snapshot that was installed last.
            return new LogFiles(Math.min(first, last + 1), last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Listed and not walked: a file that is purged meanwhile is no fault. */
    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
