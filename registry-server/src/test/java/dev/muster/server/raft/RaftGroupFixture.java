// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.awaitility.Awaitility.await;

import dev.muster.core.Limits;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.server.replica.Peer;
import dev.muster.server.storage.DataFolder;
import dev.muster.v1.Endpoint;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.RegisterRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Replicas over real Ratis, real disks and real sockets in this process. */
final class RaftGroupFixture implements AutoCloseable {
    static final String CLUSTER = "3f0c5f0e-6f2b-3f7e-9b1d-000000000001";

    private final Path root;
    private final RaftOptions options;
    final List<Peer> founders = new ArrayList<>();
    private final List<DataFolder> folders = new ArrayList<>();
    private final List<@Nullable RaftReplica> replicas = new ArrayList<>();
    final List<String> fatals = new CopyOnWriteArrayList<>();

    RaftGroupFixture(Path root, int nodes, RaftOptions options) throws IOException {
        this.root = root;
        this.options = options;
        for (int i = 1; i <= nodes; i++) {
            DataFolder folder = openFolder(i, "n" + i);
            folders.add(folder);
            founders.add(peer(folder));
        }
        for (int i = 0; i < nodes; i++) {
            replicas.add(startReplica(folders.get(i), founders.get(i), founders));
        }
    }

    static RaftOptions options() {
        return options(20_000, 64 << 20);
    }

    static RaftOptions options(long snapshotEntries, long keepBytes) {
        return options(Duration.ofMillis(300), Duration.ofMillis(600), snapshotEntries, keepBytes);
    }

    static RaftOptions options(Duration electionTimeoutMin, Duration electionTimeoutMax) {
        return options(electionTimeoutMin, electionTimeoutMax, 20_000, 64 << 20);
    }

    static RaftOptions options(Duration min, Duration max, long snapshotEntries, long keepBytes) {
        return new RaftOptions(
                min,
                max,
                snapshotEntries,
                64L << 20,
                Duration.ofMinutes(10),
                keepBytes,
                keepBytes == 0 ? 64 << 10 : 8 << 20,
                Limits.defaultSettings());
    }

    private DataFolder openFolder(int seed, String node) {
        return DataFolder.open(root.resolve("disk" + seed), node, "test", new Random(seed));
    }

    private static Peer peer(DataFolder folder) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return peer(folder, "127.0.0.1:" + socket.getLocalPort());
        }
    }

    private static Peer peer(DataFolder folder, String raftAddress) {
        return new Peer(
                folder.identity().node(),
                folder.identity().storageId(),
                raftAddress,
                folder.identity().node() + ":client");
    }

    RaftReplica startReplica(DataFolder folder, Peer self, List<Peer> members) {
        Genesis genesis = Genesis.newBuilder()
                .setClusterId(CLUSTER)
                .setEpochId(77)
                .setEpochOrdinal(1)
                .setFeatureLevel(Limits.FEATURE_LEVEL)
                .setSettings(Limits.defaultSettings())
                .build();
        return RaftReplica.start(
                folder,
                new RaftReplica.Membership(CLUSTER, self, self.raftAddress(), members, genesis),
                options,
                (cause, message, why) -> fatals.add(cause + " " + message));
    }

    RaftReplica replica(int position) {
        RaftReplica replica = replicas.get(position);
        if (replica == null) {
            throw new IllegalStateException("replica " + position + " is stopped");
        }
        return replica;
    }

    int awaitLeader() {
        await().atMost(Duration.ofSeconds(20)).until(() -> leader() >= 0);
        return leader();
    }

    int leader() {
        for (int i = 0; i < replicas.size(); i++) {
            RaftReplica replica = replicas.get(i);
            if (replica != null && replica.leadership().leads()) {
                return i;
            }
        }
        return -1;
    }

    void stop(int position) {
        replica(position).close();
        await("Ratis has let go of its folder").until(() -> isFree(folders.get(position)));
        folders.get(position).close();
        replicas.set(position, null);
    }

    /** A replica is closed a moment before Ratis is; between processes their ends free the folder. */
    private static boolean isFree(DataFolder folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder.raft())) {
            for (Path lock : files.filter(file -> file.endsWith("in_use.lock")).toList()) {
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                        FileLock held = channel.tryLock()) {
                    return held != null;
                } catch (OverlappingFileLockException stillHeld) {
                    return false;
                }
            }
            return true;
        }
    }

    void restart(int position) {
        DataFolder folder = openFolder(position + 1, founders.get(position).node());
        folders.set(position, folder);
        replicas.set(position, startReplica(folder, founders.get(position), founders));
    }

    /**
     * Starts a node of the same name and address with an empty disk and returns it as the peer that asks to be let in.
     */
    Peer startEmpty(int position) {
        Peer before = founders.get(position);
        DataFolder folder = openFolder(position + 101, before.node());
        folders.set(position, folder);
        Peer self = peer(folder, before.raftAddress());
        replicas.set(position, startReplica(folder, self, List.of()));
        return self;
    }

    static Command register(String service, String id) {
        return Command.newBuilder()
                .setRegister(RegisterRequest.newBuilder()
                        .setInstance(Instance.newBuilder()
                                .setKey(InstanceKey.newBuilder()
                                        .setService(service)
                                        .setId(id))
                                .addEndpoints(Endpoint.newBuilder()
                                        .setName("grpc")
                                        .setProtocol("grpc")
                                        .setHost("10.0.0.1")
                                        .setPort(8080))))
                .build();
    }

    @Override
    public void close() {
        // All at once: a leader that is alone has nobody to hand over to, and waits for nobody.
        IntStream.range(0, replicas.size())
                .filter(i -> replicas.get(i) != null)
                .mapToObj(i -> CompletableFuture.runAsync(() -> stop(i)))
                .toList()
                .forEach(CompletableFuture::join);
    }
}
