// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.EventQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bit that flips, and a file that is cut, at random places of every kind of file that a node has: the node refuses it,
 * or serves what is right. {@code -Ddamage.seed} repeats a run, {@code -Ddamage.each} says how often each kind is damaged
 * in one of the two ways.
 */
@Tag("chaos")
@ClusterTest(settings = {"snapshot.entries=500", "log.segment=64KiB", "purge.keep-entries=600"})
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class DamagedFilesTest {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedFilesTest.class);
    private static final int EACH = Integer.getInteger("damage.each", 1);

    /** Another cluster's, unusable, a newer release's, set aside: what a node ends with that will not use its files. */
    private static final Set<Integer> REFUSALS = Set.of(76, 77, 78, 79);

    /** The files of a node, by their names. */
    private enum Kind {
        CLOSED_LOG("log_[0-9]+-[0-9]+"),
        OPEN_LOG("log_inprogress_[0-9]+"),
        VOTES("raft-meta"),
        COPY_OF_VOTES("votes"),
        MEMBERS("raft-meta\\.conf"),
        COPY_OF_MEMBERS("members"),
        SNAPSHOT("snapshot\\.[0-9]+_[0-9]+"),
        SUM("snapshot\\.[0-9]+_[0-9]+\\.md5"),
        EVENTS("[0-9]+\\.events"),
        MARK("durable-mark"),
        IDENTITY("identity"),
        LOCK("in_use\\.lock"),
        PROBE("probe");

        private final String name;

        Kind(String name) {
            this.name = name;
        }

        static Kind of(Path file) {
            String name = String.valueOf(file.getFileName());
            return Arrays.stream(values())
                    .filter(kind -> name.matches(kind.name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(file + " is of no known kind"));
        }
    }

    /** What became of one kind of file. */
    private static final class Tally {
        private int flips;
        private int cuts;
        private int refused;
        private int served;

        @Override
        public String toString() {
            return "flips=" + flips + " cuts=" + cuts + " refused=" + refused + " served=" + served + " wrong=0";
        }
    }

    @Test
    void whateverIsDamagedIsRefusedOrServedRightly(TestCluster cluster) throws IOException {
        long seed = Long.getLong("damage.seed", System.nanoTime() & Integer.MAX_VALUE);
        LOG.info("damage seed={}", seed);
        Random random = new Random(seed);
        TestNode node = followerWithEveryFile(cluster);
        Path pristine = node.data().resolveSibling("pristine");
        copy(node.data(), pristine);
        List<String> events = events(cluster.client());

        Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < EACH; i++) {
                Tally tally = tallies.computeIfAbsent(kind, first -> new Tally());
                node.wipe();
                copy(pristine, node.data());
                String where = damage(node, kind, random, random.nextBoolean(), tally) + ", seed " + seed;
                node.start();
                Optional<Exit> end = node.awaitReadyOrExit();
                if (end.isPresent()) {
                    assertThat(end.get().code()).as(where).isIn(REFUSALS);
                    tally.refused++;
                } else {
                    assertServesWhatIsRight(node, cluster, events, where);
                    tally.served++;
                    node.kill();
                }
            }
        }

        tallies.forEach((kind, tally) -> LOG.info("damage {}: {}", kind, tally));
        LOG.info(
                "damage of all: refused={} served={} wrong=0",
                tallies.values().stream().mapToInt(tally -> tally.refused).sum(),
                tallies.values().stream().mapToInt(tally -> tally.served).sum());
        node.wipe();
        copy(pristine, node.data());
    }

    private static String damage(TestNode node, Kind kind, Random random, boolean flip, Tally tally) {
        List<Path> files = DataFiles.of(node).stream()
                .filter(file -> Kind.of(file) == kind)
                .toList();
        Path file = files.get(random.nextInt(files.size()));
        long data = DataFiles.dataIn(file);
        String what;
        if (flip) {
            long bit = (long) (random.nextDouble() * data * Byte.SIZE);
            DataFiles.flip(file, bit);
            tally.flips++;
            what = "bit " + bit + " flipped";
        } else {
            long size = (long) (random.nextDouble() * data);
            DataFiles.change(file, content -> content.truncate(size));
            tally.cuts++;
            what = "cut to " + size;
        }
        return kind + ": " + node.data().relativize(file) + " of " + data + " bytes: " + what;
    }

    private static void assertServesWhatIsRight(TestNode node, TestCluster cluster, List<String> events, String where) {
        assertThat(cluster.nodes()).as(where).allMatch(TestNode::isUp);
        Hashes.awaitEqual(cluster);
        try (MusterClient client =
                MusterClient.builder().endpoints(node.endpoint()).connect()) {
            assertThat(events(client)).as(where).startsWith(events.toArray(String[]::new));
        }
    }

    private static List<String> events(MusterClient client) {
        return client.events()
                .list(EventQuery.all())
                .map(RegistryEvent::toString)
                .collect(Collectors.toList());
    }

    /** Restarted, with an installed snapshot, and killed in the middle of its work. */
    private static TestNode followerWithEveryFile(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        Workload writers = cluster.startWriters(2).awaitMore(1_500);
        node.kill();
        node.wipe();
        node.restart();
        writers.awaitMore(400);
        node.stop();
        node.restart();
        writers.awaitMore(200);
        node.kill();
        writers.stop();
        assertThat(DataFiles.of(node).stream().map(Kind::of).collect(Collectors.toSet()))
                .as("kinds of files")
                .containsExactlyInAnyOrder(Kind.values());
        return node;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }
}
