// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Digest;
import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.internal.v1.Settings;
import dev.muster.server.config.ServerConfig;
import dev.muster.server.founding.Founding;
import dev.muster.server.founding.ReplacementWatch;
import dev.muster.server.history.EventHistory;
import dev.muster.server.history.Retention;
import dev.muster.server.raft.Fatal;
import dev.muster.server.raft.RaftOptions;
import dev.muster.server.raft.RaftReplica;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.rpc.NodeInfo;
import dev.muster.server.rpc.PeerCalls;
import dev.muster.server.rpc.PeerDirectory;
import dev.muster.server.rpc.RpcConfig;
import dev.muster.server.rpc.RpcServer;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DiskSpace;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import dev.muster.server.storage.StorageException.Kind;
import dev.muster.server.task.Loop;
import dev.muster.server.task.ThreadLoop;
import dev.muster.v1.Reason;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: wires its parts, starts them in the order of their needs and stops them in reverse; nothing else. Started and
 * closed by one thread at a time.
 */
public final class MusterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MusterServer.class);

    private static final Duration REPLACEMENT_LOOK = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int LOOKS_BETWEEN_WARNINGS = 60;

    private final ServerConfig config;
    private final Fatal fatal;
    private final DataFolder folder;
    private final RandomGenerator random;
    private final PeerCalls calls = new PeerCalls();
    private final Loop loop = new ThreadLoop("reports", this::taskFailed);
    private final NodeReports reports;
    private final RpcServer rpc;
    private volatile @Nullable RaftReplica replica;
    private volatile @Nullable NodeWatch watch;

    private MusterServer(ServerConfig config, Fatal fatal) {
        this.config = config;
        this.fatal = fatal;
        this.random = new SecureRandom();
        this.folder = DataFolder.open(config.data(), config.node(), config.cluster(), random);
        this.reports = new NodeReports(config.node(), calls, loop);
        if (!folder.setAside().isEmpty()) {
            reports.add(folder.setAside());
        }
        this.rpc = openPort();
    }

    private RpcServer openPort() {
        try {
            return RpcServer.open(
                    RpcConfig.at(new InetSocketAddress(
                            config.listen().host(), config.listen().port())),
                    new NodeInfo(config.node(), folder.identity().storageId(), RaftReplica.GROUP, Version.CURRENT),
                    new Peers(),
                    this::taskFailed);
        } catch (RuntimeException e) {
            loop.close();
            folder.close();
            throw e;
        }
    }

    /**
     * Starts a node and waits until it is a member that takes part; before that, until there is room on its disk.
     *
     * @throws StorageException if the data folder or a peer does not fit
     * @throws java.io.UncheckedIOException if a port is taken
     */
    public static MusterServer start(ServerConfig config, Fatal fatal) throws InterruptedException {
        DiskSpace space = DiskSpace.of(config.data(), config.diskReserve());
        awaitRoom(space);
        MusterServer server = new MusterServer(config, fatal);
        try {
            server.takePart(space);
            return server;
        } catch (InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static void awaitRoom(DiskSpace space) throws InterruptedException {
        for (int looks = 0; !space.look().sufficesToStart(); looks++) {
            if (looks % LOOKS_BETWEEN_WARNINGS == 0) {
                LOG.warn("{}; the node starts by itself when half of that is free", space.look());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private void takePart(DiskSpace space) throws InterruptedException {
        Founding founding = new Founding(folder, configuredPeers(), calls, LOG::info);
        Identity identity = founding.decide();
        RaftReplica started = startReplica(founding.self(), identity);
        replica = started;
        awaitEpoch(identity.clusterId(), started);
        rpc.member(identity.phase() == Identity.Phase.MEMBER);
        rpc.serve(started, events());
        founding.join();
        rpc.member(true);
        watchForReplacement(folder.identity(), started);
        watch = NodeWatch.start(
                new NodeWatch.Needs(config, folder, started, rpc, calls, reports, fatal),
                space,
                founding.self().clientAddress(),
                this::taskFailed);
        reports.serve(started);
        reports.add("started version " + Version.CURRENT + " with storage id " + identity.storageId() + " after "
                + (folder.cleanlyClosed() ? "an orderly stop" : "a first start or a crash"));
        started.repairs().forEach(reports::add);
    }

    private RaftReplica startReplica(Peer self, Identity identity) throws InterruptedException {
        try {
            return RaftReplica.start(
                    folder,
                    new RaftReplica.Membership(
                            identity.clusterId(),
                            self,
                            config.listenRaft().toString(),
                            Founding.founders(identity),
                            genesis(identity.clusterId())),
                    raftOptions(),
                    fatal);
        } catch (StorageException e) {
            if (e.kind() == Kind.VOTES_LOST && new QuorumWithout(identity, configuredPeers(), calls::status).serves()) {
                throw setAside(e);
            }
            throw e;
        }
    }

    /** Everything committed is on the others: this node can begin anew, as one whose disk was emptied. */
    private StorageException setAside(StorageException why) {
        String text = String.valueOf(why.getMessage());
        folder.quarantine(text);
        String self = "; the others serve without it, and the node does so itself when it is started again";
        return new StorageException(Kind.SET_ASIDE, text + self, why);
    }

    /** What came from a backup is shown to nobody before its epoch has begun. */
    private static void awaitEpoch(String clusterId, RaftReplica started) throws InterruptedException {
        RegistryState state = started.state();
        if (state.clusterId().isEmpty() || state.clusterId().equals(clusterId)) {
            return;
        }
        LOG.info("restored revision {} of cluster {}; waiting for the new epoch", state.revision(), state.clusterId());
        try {
            started.awaitRevision(state.revision() + 1).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the epoch did not begin", e);
        }
    }

    private EventHistory.Options events() {
        ServerConfig.Events keep = config.events();
        return new EventHistory.Options(
                Optional.of(folder.events()),
                new Retention(keep.age(), keep.count(), keep.bytes()),
                calls,
                reports::add);
    }

    private void watchForReplacement(Identity identity, RaftReplica started) {
        ReplacementWatch watch = new ReplacementWatch(identity, configuredPeers(), calls, other -> {
            String message = "the cluster has replaced this disk (storage id " + identity.storageId() + ") of node "
                    + identity.node() + " by another one (" + other + "); empty " + config.data()
                    + " to let the node join again with it";
            fatal.end(Fatal.Cause.REPLACED, message, new IllegalStateException(message));
        });
        loop.every(REPLACEMENT_LOOK, () -> {
            if (started.leadership().leader().isEmpty()) {
                watch.look();
            }
        });
    }

    private List<Peer> configuredPeers() {
        return config.peers().stream()
                .map(member -> new Peer(
                        member.name(),
                        "",
                        member.raft().toString(),
                        member.client().toString()))
                .toList();
    }

    private Genesis genesis(String clusterId) {
        Settings settings = Limits.defaultSettings().toBuilder()
                .setExpiryBudgetPercent(config.expiry().budgetPercent())
                .setExpiryBudgetMinInstances(config.expiry().minInstances())
                .setExpiryWindowMillis((int) config.expiry().window().toMillis())
                .setHoldMillis((int) config.expiry().hold().toMillis())
                .build();
        return Genesis.newBuilder()
                .setClusterId(clusterId)
                .setEpochId(random.nextLong())
                .setEpochOrdinal(1)
                .setFeatureLevel(Limits.FEATURE_LEVEL)
                .setSettings(settings)
                .build();
    }

    private RaftOptions raftOptions() {
        return new RaftOptions(
                config.electionTimeout(),
                config.electionTimeoutMax(),
                config.snapshots().entries(),
                config.snapshots().bytes(),
                config.snapshots().interval(),
                config.log().keepBytes(),
                config.log().segmentBytes(),
                Limits.defaultSettings());
    }

    private void taskFailed(String task, Throwable cause) {
        if (cause instanceof Error) {
            fatal.end(Fatal.Cause.DEFECT, "background task " + task + " failed: " + cause, cause);
        } else {
            LOG.error("background task {} failed and goes on", task, cause);
            reports.add("background task " + task + " failed and was restarted: " + cause);
        }
    }

    /** Whether this node leads or knows who does. */
    public boolean ready() {
        RaftReplica current = replica;
        return current != null && !current.leadership().leader().isEmpty();
    }

    @Override
    public void close() {
        RaftReplica current = replica;
        if (current != null) {
            current.handOver();
        }
        loop.close();
        NodeWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        calls.close();
        rpc.close();
        if (current != null) {
            current.close();
        }
        folder.close();
    }

    /** What other nodes are told, before and after this one is a member. */
    private final class Peers implements PeerDirectory {
        @Override
        public IdentifyResponse identify(IdentifyRequest request) {
            Identity identity = folder.identity();
            IdentifyResponse.Builder answer = IdentifyResponse.newBuilder()
                    .setClusterName(identity.clusterName())
                    .setNode(identity.node())
                    .setStorageId(identity.storageId())
                    .setClusterId(identity.clusterId())
                    .setLeads(leads())
                    .setBackup(folder.backupId());
            if (identity.phase() == Identity.Phase.MEMBER) {
                members(identity)
                        .forEach(peer -> answer.addMembers(dev.muster.internal.v1.Peer.newBuilder()
                                .setNode(peer.node())
                                .setStorageId(peer.storageId())
                                .setRaftAddress(peer.raftAddress())
                                .setClientAddress(peer.clientAddress())));
            }
            return answer.build();
        }

        private boolean leads() {
            RaftReplica current = replica;
            return current != null && current.leadership().leads();
        }

        /** A founder that has not started its replica yet still knows with whom it founded the cluster. */
        private List<Peer> members(Identity identity) {
            RaftReplica current = replica;
            List<Peer> members = current == null ? List.of() : current.members();
            return members.isEmpty() ? Founding.founders(identity) : members;
        }

        @Override
        public CompletableFuture<Void> join(JoinRequest request) {
            RaftReplica current = replica;
            if (current == null) {
                return CompletableFuture.failedFuture(starting());
            }
            if (!request.getClusterId().equals(folder.identity().clusterId())) {
                return CompletableFuture.failedFuture(ReplicaException.of(
                        Reason.REASON_WRONG_CLUSTER,
                        "cluster_id: " + request.getClusterId() + " (expected: "
                                + folder.identity().clusterId() + ")"));
            }
            dev.muster.internal.v1.Peer peer = request.getPeer();
            return current.join(
                    new Peer(peer.getNode(), peer.getStorageId(), peer.getRaftAddress(), peer.getClientAddress()));
        }

        @Override
        public CompletableFuture<Void> report(ReportRequest request) {
            RaftReplica current = replica;
            return current == null
                    ? CompletableFuture.failedFuture(starting())
                    : NodeReports.submit(current, request.getNode(), request.getText());
        }

        @Override
        public FetchDigestsResponse digests() {
            Identity identity = folder.identity();
            FetchDigestsResponse.Builder answer = FetchDigestsResponse.newBuilder()
                    .setNode(identity.node())
                    .setStorageId(identity.storageId())
                    .setClusterId(identity.clusterId());
            RaftReplica current = replica;
            if (current != null) {
                current.digests()
                        .forEach(digest -> answer.addDigests(
                                Digest.newBuilder().setIndex(digest.index()).setHash(digest.hash())));
            }
            return answer.build();
        }

        private ReplicaException starting() {
            return ReplicaException.of(Reason.REASON_UNAVAILABLE, "node " + config.node() + " is starting; try again");
        }
    }
}
