// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.backup.BackupFolder;
import dev.muster.backup.BackupSummary;
import dev.muster.client.Backups;
import dev.muster.client.Change;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backup that follows the cluster, while nodes die and then all of them with their disks. */
final class FollowTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    @Tag("long")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void everythingLostUnderLoadIsBackUpToTheRevisionThatWasFollowed() throws Exception {
        try (TestCluster cluster = TestCluster.named("follow").start()) {
            Path folder = cluster.folder().resolve("backup");
            MusterClient impatient = cluster.client(builder -> builder.requestTimeout(Duration.ofSeconds(2)));
            Writer writer = cluster.closedWithCluster(new Writer(impatient));
            Follower follower = cluster.closedWithCluster(new Follower(cluster.client(), folder));
            follower.awaitBehind(writer.awaitMore(50));

            for (TestNode node : cluster.nodes().subList(0, 2)) {
                node.kill();
                follower.awaitBehind(writer.awaitMore(20));
                node.restart();
            }
            writer.awaitMore(50);
            cluster.destroy();
            writer.close();
            follower.close();
            long durable = follower.revision;
            try (var files = Files.list(folder)) {
                assertThat(files.map(file -> String.valueOf(file.getFileName())))
                        .as("a whole backup for each node that was asked, at most")
                        .anyMatch(name -> name.matches("base-[1-3]"));
            }
            BackupSummary shown = BackupFolder.verify(folder);
            assertThat(shown.revision()).isEqualTo(durable);
            cluster.restore(folder);

            Set<String> expected = new HashSet<>();
            new TreeMap<>(writer.acknowledged).headMap(durable, true).values().forEach(expected::add);
            Set<String> listed = new HashSet<>();
            cluster.client()
                    .lookup(LookupQuery.of("followed"))
                    .instances()
                    .forEach(instance -> listed.add(instance.id()));
            assertThat(expected).hasSizeGreaterThan(100);
            assertThat(listed).containsAll(expected);
        }
    }

    /** Registers one instance after the other, and notes what was acknowledged under which revision. */
    private static final class Writer implements AutoCloseable {
        private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        private final MusterClient client;
        private final Thread thread = new Thread(this::run, "writer");
        private volatile boolean stopped;

        Writer(MusterClient client) {
            this.client = client;
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            for (int i = 0; !stopped; i++) {
                try {
                    Position at = client.writeDirect(Change.register(
                                    ServiceInstance.of("followed", "i" + i).endpoint("grpc", "h", 1)))
                            .position();
                    acknowledged.put(at.revision(), "i" + i);
                } catch (MusterException nobodyKnows) {
                    // Then nothing is expected of it.
                }
            }
        }

        /** Returns the highest revision acknowledged by then. */
        long awaitMore(int count) {
            int wanted = acknowledged.size() + count;
            await("writes are acknowledged").atMost(SOON).until(() -> acknowledged.size() >= wanted);
            return acknowledged.keySet().stream()
                    .mapToLong(revision -> revision)
                    .max()
                    .orElse(0);
        }

        @Override
        public void close() {
            stopped = true;
            await("the writer ends").atMost(SOON).until(() -> !thread.isAlive());
        }
    }

    private static final class Follower implements Backups.Follower, AutoCloseable {
        private final MusterClient client;
        private final BackupFolder folder;
        private final Thread thread = new Thread(this::run, "follower");
        private volatile boolean stopped;
        private volatile long revision;

        Follower(MusterClient client, Path folder) throws IOException {
            this.client = client;
            this.folder = BackupFolder.open(folder);
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            client.backups().follow(new byte[0], this);
        }

        @Override
        public boolean frame(Position position, byte[] piece) {
            try {
                folder.take(piece);
                revision = folder.revision();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return !stopped;
        }

        @Override
        public boolean away(MusterException why) {
            return !stopped;
        }

        void awaitBehind(long acknowledged) {
            await("what was acknowledged is durable in the folder").atMost(SOON).until(() -> revision >= acknowledged);
        }

        @Override
        public void close() throws IOException {
            stopped = true;
            await("the follower ends").atMost(SOON).until(() -> !thread.isAlive());
            folder.close();
        }
    }
}
