// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.EventQuery;
import dev.muster.client.InstanceKey;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.DataFiles;
import dev.muster.testing.Exit;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bit that flips, and a file that is cut, at random places of every kind of file that a node has: the node refuses it,
 * naming it, or serves what is right and remembers whom it voted for. {@code -Ddamage.seed} repeats a run, {@code
 * -Ddamage.each} says how often each kind is damaged in each of the two ways.
 */
@Tag("slow")
@ClusterTest(
        settings = {"snapshot.entries=500", "log.segment=64KiB", "log.keep-bytes=256KiB", "events.keep-bytes=4MiB"})
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class DamagedFilesTest {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedFilesTest.class);
    private static final int EACH = Integer.getInteger("damage.each", 2);

    private static final int SET_ASIDE = 79;

    /** Another cluster's, unusable, a newer release's: what a node ends with that will not use its files. */
    private static final Set<Integer> REFUSALS = Set.of(76, 77, 78);

    /** More events than the state keeps: the others are told from files. */
    private static final int EVENTS = 15_000;

    /** So many of the oldest. */
    private static final int TOLD = 8_000;

    private static final int BATCH = 120;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

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
        private int wrong;

        void add(Tally other) {
            flips += other.flips;
            cuts += other.cuts;
            refused += other.refused;
            served += other.served;
            wrong += other.wrong;
        }

        @Override
        public String toString() {
            return "flips=" + flips + " cuts=" + cuts + " refused=" + refused + " served=" + served + " wrong=" + wrong;
        }
    }

    /** What a node had when it fell, and what it has to know. */
    private record Before(Path files, List<RegistryEvent> events, Path votes, Promise promise) {}

    /** What it promised in elections. */
    private record Promise(long term, String votedFor) {
        static Promise in(Path votes) {
            Properties read = new Properties();
            try (var in = Files.newBufferedReader(votes)) {
                read.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Promise(Long.parseLong(read.getProperty("term")), read.getProperty("votedFor"));
        }

        boolean isKeptBy(Promise now) {
            return now.term > term || now.equals(this);
        }
    }

    @Test
    void whateverIsDamagedIsRefusedOrServedRightly(TestCluster cluster) {
        long seed = Long.getLong("damage.seed", System.nanoTime() & Integer.MAX_VALUE);
        LOG.info("damage seed={}", seed);
        Random random = new Random(seed);
        TestNode node = followerWithEveryFile(cluster);
        Path votes = DataFiles.votes(node);
        Before before =
                new Before(node.data().resolveSibling("pristine"), events(cluster.client()), votes, Promise.in(votes));
        copy(node.data(), before.files());

        List<String> wrong = new ArrayList<>();
        Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            Tally tally = tallies.computeIfAbsent(kind, first -> new Tally());
            for (int i = 0; i < 2 * EACH; i++) {
                restore(node, before);
                Path file = oneOf(kind, node, random);
                String where = damage(file, random, i % 2 == 0, tally);
                try {
                    startDamaged(cluster, node, before, file, tally);
                } catch (RuntimeException | AssertionError e) {
                    tally.wrong++;
                    wrong.add(where + ": " + e);
                    LOG.error("{}", where, e);
                    node.kill();
                }
            }
        }

        tallies.forEach((kind, tally) -> LOG.info("damage {}: {}", kind, tally));
        Tally all = new Tally();
        tallies.values().forEach(all::add);
        LOG.info("damage of all: {}", all);
        restore(node, before);
        assertThat(wrong).as("wrong answers, seed %d", seed).isEmpty();
    }

    private static String damage(Path file, Random random, boolean flip, Tally tally) {
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
        return file + " of " + data + " bytes: " + what;
    }

    private static void startDamaged(TestCluster cluster, TestNode node, Before before, Path file, Tally tally) {
        int said = node.logged().length();
        node.start();
        Optional<Exit> end = node.awaitReadyOrExit();
        if (end.isPresent()) {
            int code = end.get().code();
            assertThat(code)
                    .matches(any -> REFUSALS.contains(any) || (any == SET_ASIDE && Kind.of(file) == Kind.VOTES));
            assertThat(node.logged().substring(said))
                    .containsAnyOf(file.toString(), node.data().resolve("raft").toString());
            tally.refused++;
        } else {
            assertServesWhatIsRight(cluster, node, before);
            tally.served++;
            node.kill();
        }
    }

    private static void assertServesWhatIsRight(TestCluster cluster, TestNode node, Before before) {
        assertThat(cluster.nodes()).allMatch(TestNode::isUp);
        Hashes.awaitEqual(cluster);
        try (MusterClient client =
                MusterClient.builder().endpoints(node.endpoint()).connect()) {
            assertAreTold(before.events(), events(client));
        }
        assertThat(Promise.in(before.votes())).matches(before.promise()::isKeptBy, "keeps " + before.promise());
        assertThat(node.isUp()).isTrue();
    }

    /** Tells of the first one that differs, and not of thousands. */
    private static void assertAreTold(List<RegistryEvent> expected, List<RegistryEvent> told) {
        assertThat(told.size()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(told.get(i)).isEqualTo(expected.get(i));
        }
    }

    private static Path oneOf(Kind kind, TestNode node, Random random) {
        List<Path> files = DataFiles.of(node).stream()
                .filter(file -> Kind.of(file) == kind)
                .toList();
        return files.get(random.nextInt(files.size()));
    }

    private static List<RegistryEvent> events(MusterClient client) {
        return client.events().list(EventQuery.all()).limit(TOLD).toList();
    }

    /** With an installed snapshot and one of its own, with a vote, and killed in the middle of its work. */
    private static TestNode followerWithEveryFile(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        Workload writers = cluster.startWriters(4).awaitMore(1_500);
        makeEvents(cluster.client());
        node.kill();
        node.wipe();
        node.restart();
        await("it has the event log from the others")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> bytesOfEvents(node) > bytesOfEvents(cluster.awaitLeader()) * 9 / 10);
        writers.awaitMore(900);
        node.stop();
        node.restart();
        await("it votes").atMost(LONGEST_WAIT).ignoreExceptions().until(() -> {
            TestNode other = cluster.followers().stream()
                    .filter(follower -> follower != node)
                    .findFirst()
                    .orElseThrow();
            cluster.admin().transferLeadership(other.name());
            return !Promise.in(DataFiles.votes(node)).votedFor().isEmpty();
        });
        writers.awaitMore(50);
        node.kill();
        writers.stop();
        assertThat(DataFiles.of(node).stream().map(Kind::of).collect(Collectors.toSet()))
                .as("kinds of files")
                .containsExactlyInAnyOrder(Kind.values());
        return node;
    }

    private static void makeEvents(MusterClient client) {
        List<InstanceKey> keys = IntStream.range(0, BATCH)
                .mapToObj(i -> InstanceKey.of("crowd", "c" + i))
                .toList();
        List<Change> come = keys.stream()
                .<Change>map(key -> Change.register(ServiceInstance.of(key).endpoint("grpc", "10.0.0.1", 8080)))
                .toList();
        List<Change> go = keys.stream().<Change>map(Change::deregister).toList();
        for (int made = 0; made < EVENTS; made += 2 * BATCH) {
            client.writeAll(come);
            client.writeAll(go);
        }
    }

    private static long bytesOfEvents(TestNode node) {
        return DataFiles.of(node).stream()
                .filter(file -> file.toString().endsWith(".events"))
                .mapToLong(file -> file.toFile().length())
                .sum();
    }

    private static void restore(TestNode node, Before before) {
        node.wipe();
        copy(before.files(), node.data());
    }

    private static void copy(Path from, Path to) {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
