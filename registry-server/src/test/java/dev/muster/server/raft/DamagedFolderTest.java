// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a replica, damaged at random by the hundred, with no other node to mend it: the replica refuses the
 * folder, naming what is wrong, or begins with what is right. {@code -Ddamage.seed} repeats a run, {@code -Ddamage.each}
 * says how often each kind of file is damaged in each of the two ways.
 */
@Tag("chaos")
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class DamagedFolderTest {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedFolderTest.class);
    private static final int EACH = Integer.getInteger("damage.each", 1);
    private static final int WRITES = 900;
    private static final Set<String> KINDS = Set.of(
            "durable-mark",
            "identity",
            "in_use.lock",
            "log_N-N",
            "log_inprogress_N",
            "members",
            "raft-meta",
            "raft-meta.conf",
            "snapshot.N_N",
            "votes");

    @TempDir
    Path root;

    /** The hash of each state that there was, by its chain. */
    private final Map<Long, Long> truth = new ConcurrentHashMap<>();

    private final List<String> wrong = new ArrayList<>();
    private RaftGroupFixture group;
    private int follower;
    private Path pristine;
    private RegistryState last;
    private Vote promise;
    private int cases;

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

    @BeforeEach
    void write() throws Exception {
        Duration calm = Duration.ofSeconds(2);
        group = new RaftGroupFixture(
                root.resolve("group"), 3, RaftGroupFixture.options(calm, calm.plusSeconds(1), 1_000_000, 0));
        int leader = group.awaitLeader();
        follower = (leader + 1) % 3;
        group.replica(follower).addListener(new ReplicaListener() {
            @Override
            public void onApplied(RegistryState state) {
                truth.put(state.chain(), state.stateHash());
            }
        });
        write(leader, 0, WRITES / 2);
        group.replica(follower).takeSnapshot().get(10, TimeUnit.SECONDS);
        write(leader, WRITES / 2, WRITES);
        last = group.replica(follower).state();
        group.close();
        truth.put(RegistryState.empty().chain(), RegistryState.empty().stateHash());
        pristine = root.resolve("group").resolve("disk" + (follower + 1));
        promise = Vote.in(find("raft-meta")).orElseThrow();
    }

    /** The follower has them, too. */
    private void write(int leader, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            group.replica(leader)
                    .submit(RaftGroupFixture.register("crowd", "i" + i))
                    .get(10, TimeUnit.SECONDS);
        }
        group.replica(follower)
                .awaitRevision(group.replica(leader).state().revision())
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void whateverIsDamagedIsRefusedOrServedRightlyByANodeAlone() throws IOException {
        long seed = Long.getLong("damage.seed", System.nanoTime() & Integer.MAX_VALUE);
        LOG.info("damage seed={}", seed);
        Random random = new Random(seed);
        Map<String, List<Path>> kinds = kinds();
        assertThat(kinds).containsOnlyKeys(KINDS);
        Tally all = new Tally();
        kinds.forEach((kind, files) -> {
            Tally tally = new Tally();
            for (int i = 0; i < 2 * EACH; i++) {
                Path file = pristine.relativize(files.get(random.nextInt(files.size())));
                damageAndStart(kind, file, i % 2 == 0, random, tally);
            }
            LOG.info("damage of a folder, {}: {}", kind, tally);
            all.add(tally);
        });
        LOG.info("damage of all folders: {}", all);
        assertThat(wrong).as("wrong answers, seed %d", seed).isEmpty();
    }

    private void damageAndStart(String kind, Path file, boolean flip, Random random, Tally tally) {
        String where = file.toString();
        try {
            Path damaged = root.resolve("case-" + cases++);
            copy(pristine, damaged);
            where += damage(damaged.resolve(file), flip, random, tally);
            if (serves(damaged, file, !kind.equals("durable-mark"))) {
                tally.served++;
            } else {
                tally.refused++;
            }
            delete(damaged);
        } catch (IOException | RuntimeException | AssertionError e) {
            tally.wrong++;
            wrong.add(where + ": " + e);
            LOG.error("{}", where, e);
        }
    }

    private static String damage(Path file, boolean flip, Random random, Tally tally) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int data = bytes.length;
        while (data > 1 && bytes[data - 1] == 0) {
            data--;
        }
        if (flip) {
            tally.flips++;
            int bit = random.nextInt(data * Byte.SIZE);
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file, bytes);
            return ": bit " + bit + " flipped";
        }
        tally.cuts++;
        int size = random.nextInt(data);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
        return ": cut to " + size;
    }

    /** Whether it serves what is right; with its mark whole that is everything. */
    private boolean serves(Path damaged, Path file, boolean everything) throws IOException {
        Peer founder = group.founders.get(follower);
        DataFolder folder;
        try {
            folder = DataFolder.open(damaged, founder.node(), "test", new Random(1));
        } catch (StorageException refused) {
            assertThat(refused).hasMessageContaining(damaged.resolve(file).toString());
            return false;
        }
        Peer self = new Peer(founder.node(), founder.storageId(), "127.0.0.1:0", founder.clientAddress());
        try (folder;
                RaftReplica replica = group.startReplica(folder, self, group.founders)) {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> replica.progress().appliedIndex()
                            >= replica.progress().commitIndex());
            RegistryState state = replica.state();
            assertThat(truth).containsEntry(state.chain(), state.stateHash());
            assertThat(everything && state.chain() != last.chain())
                    .as("it begins with revision %d of %d", state.revision(), last.revision())
                    .isFalse();
            assertThat(Vote.in(damaged.resolve(pristine.relativize(find("raft-meta")))))
                    .hasValueSatisfying(vote ->
                            assertThat(vote.forgets(promise)).as("%s", vote).isFalse());
            assertThat(group.fatals).isEmpty();
            return true;
        } catch (StorageException refused) {
            assertThat(refused.kind()).isIn(StorageException.Kind.UNUSABLE, StorageException.Kind.VOTES_LOST);
            assertThat(refused).hasMessageContaining(damaged.resolve("raft").toString());
            return false;
        }
    }

    private Map<String, List<Path>> kinds() throws IOException {
        return files().stream()
                .collect(Collectors.groupingBy(DamagedFolderTest::kindOf, TreeMap::new, Collectors.toList()));
    }

    private static String kindOf(Path file) {
        return String.valueOf(file.getFileName()).replaceAll("[0-9]+", "N");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(pristine)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }

    private Path find(String name) throws IOException {
        return files().stream().filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
