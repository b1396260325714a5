// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.TermStarted;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableMark;
import dev.muster.server.storage.Identity;
import dev.muster.server.storage.StorageException;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replica over Ratis: wires the parts of this package and keeps them in step with this node's leadership.
 *
 * <p>A leadership runs like this. Ratis says the leader is ready; the quorum contact begins the term; group commit opens
 * for one command, TermStarted; when that is applied, {@link #leadership()} says {@code leads} and everything else may
 * enter. When Ratis says it is over, or the watchdog hears no majority for the election timeout, group commit closes,
 * barriers fail, and writes whose entry is in the log end with an unknown outcome.
 *
 * <p>Thread-safe. Leadership is followed on one thread of its own, apply runs on Ratis' thread.
 */
public final class RaftReplica implements Replica {
    private static final Logger LOG = LoggerFactory.getLogger(RaftReplica.class);

    /** The one Raft group, as log entries, snapshots and resume tokens name it. */
    public static final String GROUP = "registry";

    private static final long WATCH_MILLIS = 50;
    private static final long HAND_OVER_MILLIS = 1000;
    private static final long TRANSPORT_CLOSE_MILLIS = 100;

    /** Well below the step that the registry's clock takes at once. */
    private static final long CLOCK_MILLIS = Limits.MAX_CLOCK_STEP_MILLIS / 6;

    /** How the node takes part. */
    public record Membership(String clusterId, Peer self, String raftListen, List<Peer> founders, Genesis genesis) {
        /**
         * {@code raftListen}: host:port to listen at, which need not be the address under which others reach the node.
         * {@code founders}: the members of a new cluster; empty for a node that joined later.
         */
        public Membership {
            founders = List.copyOf(founders);
        }
    }

    private final Membership membership;
    private final DataFolder folder;
    private final RaftOptions options;
    private final Fatal fatal;
    private final DurableMark mark;
    private final SnapshotStore snapshots;
    private final RegistryStateMachine stateMachine;
    private final QuorumContact contact;
    private final GroupCommit groupCommit;
    private final SnapshotWriter snapshotWriter;
    private final SnapshotTrigger snapshotTrigger;
    private final RevisionWaiters revisions;
    private final List<String> repairs;
    private final List<ReplicaListener> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService leadershipThread = Executors.newSingleThreadExecutor(daemon("muster-leadership"));
    private final ScheduledExecutorService watchThread =
            Executors.newSingleThreadScheduledExecutor(daemon("muster-watchdog"));
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final RaftServer server;
    private final RaftGroupId groupId;
    private final RaftPeerId selfId;
    private final RaftServer.Division division;
    private volatile Leadership leadership = Leadership.unknown(0);
    private volatile boolean stopping;

    private RaftReplica(DataFolder folder, Membership membership, RaftOptions options, Fatal fatal) throws IOException {
        this.membership = membership;
        this.folder = folder;
        this.options = options;
        this.fatal = fatal;
        this.mark = DurableMark.open(folder.durableMark());
        this.snapshots = new SnapshotStore(folder);
        Applied onDisk = snapshots.load();
        this.repairs = StoragePreflight.check(
                folder, mark.index(), onDisk == null ? -1 : onDisk.position().getIndex());
        this.selfId = RaftPeerId.valueOf(folder.identity().peerId());
        this.groupId = RaftGroupId.valueOf(
                UUID.nameUUIDFromBytes((membership.clusterId() + "/" + GROUP).getBytes(StandardCharsets.UTF_8)));
        this.stateMachine =
                new RegistryStateMachine(membership.clusterId(), GROUP, snapshots, fatal, new StateMachineEvents());
        this.revisions = new RevisionWaiters(() -> state().revision());
        this.contact = new QuorumContact(selfId, () -> division().getRaftConf(), System::nanoTime, notLeader());
        this.groupCommit =
                new GroupCommit(membership.clusterId(), GROUP, this::append, System::currentTimeMillis, notLeader());
        this.snapshotWriter = new SnapshotWriter(GROUP, stateMachine::applied, snapshots, this::purge);
        this.snapshotTrigger = new SnapshotTrigger(options, System::nanoTime);
        this.server = buildServer();
        this.division = server.getDivision(groupId);
    }

    /**
     * Starts the node's replica; returns when it takes part, which is before it knows a leader.
     *
     * @throws StorageException if the data folder must not be used
     * @throws UncheckedIOException if the Raft port is taken
     */
    public static RaftReplica start(DataFolder folder, Membership membership, RaftOptions options, Fatal fatal) {
        try {
            RaftReplica replica = new RaftReplica(folder, membership, options, fatal);
            replica.startParts();
            return replica;
        } catch (IOException | RuntimeException e) {
            if (e instanceof StorageException unusable) {
                throw unusable;
            }
            if (portTaken(e)) {
                throw new UncheckedIOException(
                        "cannot listen at " + membership.raftListen() + " for other nodes: the port is taken",
                        new BindException(e.getMessage()));
            }
            throw new StorageException(
                    StorageException.Kind.UNUSABLE,
                    "the log in " + folder.raft() + " cannot be opened: " + rootOf(e)
                            + "; if the rest of the cluster is healthy, empty the data folder and start the node again:"
                            + " it rejoins under a new storage id and catches up",
                    e);
        }
    }

    private RaftServer buildServer() throws IOException {
        String listen = membership.raftListen();
        int colon = listen.lastIndexOf(':');
        RaftGroup group = membership.founders().isEmpty()
                ? RaftGroup.valueOf(groupId)
                : RaftGroup.valueOf(
                        groupId,
                        membership.founders().stream()
                                .map(RaftReplica::raftPeer)
                                .toList());
        return RaftServer.newBuilder()
                .setServerId(selfId)
                .setGroup(group)
                .setStateMachineRegistry(id -> stateMachine)
                .setProperties(RaftSettings.properties(
                        folder, options, listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1))))
                .setParameters(ContactRpcType.parametersWith(contact))
                // Ratis' own default wipes the disk.
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
    }

    private void startParts() throws IOException {
        try {
            groupCommit.start();
            server.start();
            every(WATCH_MILLIS, this::watchQuorum);
            every(WATCH_MILLIS, this::raiseMark);
            every(1000, this::syncMark);
            every(1000, this::snapshotIfDue);
            every(200, this::watchDivision);
            every(CLOCK_MILLIS, this::moveClock);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void every(long millis, Task task) {
        var unused = watchThread.scheduleWithFixedDelay(() -> runGuarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private void runGuarded(Task task) {
        try {
            if (!stopping) {
                task.run();
            }
        } catch (IOException e) {
            fatal.end(Fatal.Cause.LOG_IO, "the data folder cannot be written: " + e, e);
        } catch (RuntimeException | Error e) {
            fatal.end(Fatal.Cause.DEFECT, "a background task failed: " + e, e);
        }
    }

    // Reading and writing

    @Override
    public String node() {
        return membership.self().node();
    }

    @Override
    public RegistryState state() {
        return stateMachine.applied().state();
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public CompletableFuture<Result> submit(Command command) {
        return leadership.leads() ? groupCommit.submit(command) : CompletableFuture.failedFuture(notLeader());
    }

    @Override
    public CompletableFuture<Void> linearize() {
        return leadership.leads() ? contact.barrier() : CompletableFuture.failedFuture(notLeader());
    }

    @Override
    public CompletableFuture<Void> awaitRevision(long revision) {
        return revisions.await(revision);
    }

    @Override
    public void addListener(ReplicaListener listener) {
        listeners.add(listener);
    }

    private CompletableFuture<@Nullable ReplicaException> append(Batch batch) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(selfId)
                .setGroupId(groupId)
                .setCallId(callIds.incrementAndGet())
                .setMessage(batch)
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            // The division takes the request on this thread. The server's own method of the same name hands it to
            // another one and blocks until that one is done.
            return ((RaftClientAsynchronousProtocol) division())
                    .submitClientRequestAsync(request)
                    .thenApply(reply -> failureOf(reply, batch));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable ReplicaException failureOf(RaftClientReply reply, Batch batch) {
        if (reply.isSuccess()) {
            return null;
        }
        Exception cause = reply.getException();
        if (batch.appended()) {
            return ReplicaException.of(
                    Reason.REASON_UNKNOWN_OUTCOME,
                    "leadership ended while the write was on its way (" + cause
                            + "): it may be done or not; ask again, or resend it in its session");
        }
        boolean notLeading = cause instanceof NotLeaderException
                || cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException;
        return notLeading
                ? notLeader()
                : ReplicaException.of(Reason.REASON_UNAVAILABLE, "the log did not take the write: " + cause);
    }

    private ReplicaException notLeader() {
        return ReplicaException.notLeader(node(), leadership.leaderAddress());
    }

    // Leadership

    private final class StateMachineEvents implements RegistryStateMachine.Events {
        @Override
        public void applied(RegistryState state) {
            revisions.applied(state.revision());
            listeners.forEach(listener -> listener.onApplied(state));
        }

        @Override
        public void leaderReady() {
            onLeadershipThread(RaftReplica.this::beginTerm);
        }

        @Override
        public void notLeader() {
            leadership = Leadership.unknown(leadership.term());
            onLeadershipThread(RaftReplica.this::endTerm);
        }

        @Override
        public void leaderChanged() {
            onLeadershipThread(RaftReplica.this::followLeader);
        }

        @Override
        public void logFailed(Throwable cause) {
            fatal.end(Fatal.Cause.LOG_IO, "the log could not be written: " + cause, cause);
        }

        @Override
        public void removed() {
            fatal.end(
                    Fatal.Cause.REPLACED,
                    "the cluster has replaced this member",
                    new IllegalStateException("group removed"));
        }

        @Override
        public void shutDown() {
            if (!stopping) {
                fatal.end(
                        Fatal.Cause.DEFECT,
                        "Ratis stopped by itself",
                        new IllegalStateException("unexpected shutdown of the Raft server"));
            }
        }
    }

    private void onLeadershipThread(Runnable step) {
        if (!leadershipThread.isShutdown()) {
            leadershipThread.execute(() -> runGuarded(step::run));
        }
    }

    private void beginTerm() {
        long term = division().getInfo().getCurrentTerm();
        if (!division().getInfo().isLeader()) {
            return;
        }
        contact.begin(term);
        groupCommit.open(term);
        Command started = Command.newBuilder()
                .setTermStarted(TermStarted.newBuilder().setNode(node()).setGenesis(membership.genesis()))
                .build();
        var unused = groupCommit
                .submit(started)
                .whenComplete((result, failure) -> onLeadershipThread(() -> termStarted(term, result, failure)));
    }

    private void termStarted(long term, @Nullable Result result, @Nullable Throwable failure) {
        boolean stillLeader =
                division().getInfo().isLeader() && division().getInfo().getCurrentTerm() == term;
        if (!stillLeader) {
            LOG.info("term {} ended before it could begin", term);
        } else if (state().term() == term) {
            publish(new Leadership(true, term, node(), membership.self().clientAddress()));
        } else {
            LOG.warn("term {} did not begin and is tried again: {}", term, failure != null ? failure : result);
            var unused = watchThread.schedule(
                    () -> onLeadershipThread(this::beginTerm), WATCH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void endTerm() {
        groupCommit.close(notLeader());
        contact.end(notLeader());
        publish(Leadership.unknown(division().getInfo().getCurrentTerm()));
        followLeader();
    }

    private void followLeader() {
        if (division().getInfo().isLeader()) {
            return;
        }
        long term = division().getInfo().getCurrentTerm();
        RaftPeerId leaderId = division().getInfo().getLeaderId();
        RaftPeer leader = leaderId == null ? null : division().getRaftConf().getPeer(leaderId);
        publish(
                leader == null || leaderId.equals(selfId)
                        ? Leadership.unknown(term)
                        : new Leadership(false, term, Identity.nodeOf(leaderId.toString()), leader.getClientAddress()));
    }

    private void publish(Leadership newLeadership) {
        if (!newLeadership.equals(leadership)) {
            leadership = newLeadership;
            LOG.info("{}", describe(newLeadership));
        }
        listeners.forEach(listener -> listener.onLeadership(newLeadership));
    }

    private static String describe(Leadership l) {
        if (l.leads()) {
            return "this node leads term " + l.term();
        }
        return l.leader().isEmpty()
                ? "no leader is known in term " + l.term()
                : "node " + l.leader() + " leads term " + l.term();
    }

    // Watching

    /**
     * Steps down when no majority was heard for the election timeout. Ratis looks after that only while its event queue
     * is idle, so that an isolated leader under steady writes would keep its leadership for many seconds.
     */
    private void watchQuorum() {
        if (!division().getInfo().isLeader()) {
            return;
        }
        contact.retryRound();
        if (contact.silentNanos() > options.electionTimeoutMax().toNanos()) {
            LOG.warn("no majority was heard for {}; this node gives up leadership", options.electionTimeoutMax());
            stepDown();
        }
    }

    private void stepDown() {
        transfer(null, HAND_OVER_MILLIS).exceptionally(e -> {
            LOG.warn("stepping down failed and is tried again: {}", rootOf(e).toString());
            return null;
        });
    }

    private void raiseMark() throws IOException {
        mark.raise(Math.min(
                division().getRaftLog().getFlushIndex(), division().getRaftLog().getLastCommittedIndex()));
    }

    private void syncMark() throws IOException {
        mark.sync();
    }

    private void snapshotIfDue() {
        Applied now = stateMachine.applied();
        if (snapshotTrigger.due(now.position().getIndex(), stateMachine.appliedBytes())) {
            takeSnapshot().exceptionally(e -> {
                LOG.error(
                        "a snapshot could not be written and is tried again: {}",
                        rootOf(e).toString());
                return null;
            });
        }
    }

    private void watchDivision() {
        LifeCycle.State lifeCycle = division().getInfo().getLifeCycleState();
        if (!stopping && lifeCycle.isClosingOrClosed()) {
            fatal.end(
                    Fatal.Cause.DEFECT,
                    "the Raft group closed by itself",
                    new IllegalStateException("division is " + lifeCycle));
        }
    }

    /** The registry's clock moves with commands only; an idle leader gives it one now and then. */
    private void moveClock() {
        var unused = submit(Command.newBuilder()
                        .setBarrier(Barrier.getDefaultInstance())
                        .build())
                .exceptionally(notLeading -> Result.getDefaultInstance());
    }

    private void purge(long index) {
        division().getRaftLog().purge(index).exceptionally(e -> {
            LOG.warn(
                    "the log could not be purged up to {}: {}", index, rootOf(e).toString());
            return index;
        });
    }

    // Administration

    @Override
    public Progress progress() {
        return new Progress(
                Math.max(0, stateMachine.applied().position().getIndex()),
                Math.max(0, division().getRaftLog().getLastCommittedIndex()),
                snapshots.latestIndex());
    }

    @Override
    public List<Peer> members() {
        return division().getRaftConf().getCurrentPeers().stream()
                .map(RaftReplica::peer)
                .sorted(Comparator.comparing(Peer::node))
                .toList();
    }

    /** What the start repaired on the disk, for the event log. */
    public List<String> repairs() {
        return repairs;
    }

    @Override
    public CompletableFuture<SnapshotTaken> takeSnapshot() {
        snapshotTrigger.taken(stateMachine.applied().position().getIndex(), stateMachine.appliedBytes());
        return snapshotWriter.write();
    }

    @Override
    public CompletableFuture<Void> join(Peer newcomer) {
        if (!leadership.leads()) {
            return CompletableFuture.failedFuture(notLeader());
        }
        List<RaftPeer> current = List.copyOf(division().getRaftConf().getCurrentPeers());
        RaftPeer peer = raftPeer(newcomer);
        if (current.stream().anyMatch(known -> known.getId().equals(peer.getId()))) {
            return CompletableFuture.completedFuture(null);
        }
        List<RaftPeer> wanted = new ArrayList<>();
        for (RaftPeer known : current) {
            if (!Identity.nodeOf(known.getId().toString()).equals(newcomer.node())) {
                wanted.add(known);
            }
        }
        wanted.add(peer);
        SetConfigurationRequest request = new SetConfigurationRequest(
                clientId,
                selfId,
                groupId,
                callIds.incrementAndGet(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(current)
                        .setServersInNewConf(wanted)
                        .build());
        LOG.info("taking {} into the cluster: {} becomes {}", newcomer, current, wanted);
        try {
            return server.setConfigurationAsync(request).thenAccept(this::requireSuccess);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String target) {
        if (!leadership.leads()) {
            return CompletableFuture.failedFuture(notLeader());
        }
        List<Peer> others = members().stream()
                .filter(peer -> !peer.node().equals(node()))
                .filter(peer -> target.isEmpty() || peer.node().equals(target))
                .toList();
        if (others.isEmpty()) {
            return target.equals(node())
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(ReplicaException.of(
                            Reason.REASON_INVALID,
                            "node: " + target + " (expected: another member, one of "
                                    + members().stream().map(Peer::node).toList() + ")"));
        }
        return transferToFirst(others, 0).thenCompose(done -> anotherLeads());
    }

    /** Completes when this node knows whom it follows now. */
    private CompletableFuture<Void> anotherLeads() {
        CompletableFuture<Void> known = new CompletableFuture<>();
        ReplicaListener follower = new ReplicaListener() {
            @Override
            public void onLeadership(Leadership now) {
                if (!now.leads() && !now.leader().isEmpty()) {
                    known.complete(null);
                }
            }
        };
        listeners.add(follower);
        follower.onLeadership(leadership);
        return known.orTimeout(options.electionTimeoutMax().toMillis() * 4, TimeUnit.MILLISECONDS)
                .whenComplete((done, late) -> listeners.remove(follower));
    }

    private CompletableFuture<Void> transferToFirst(List<Peer> candidates, int position) {
        long timeout = Math.max(HAND_OVER_MILLIS, options.electionTimeoutMax().toMillis() * 2);
        return transfer(raftPeer(candidates.get(position)).getId(), timeout)
                .exceptionallyCompose(failure -> position + 1 < candidates.size()
                        ? transferToFirst(candidates, position + 1)
                        : CompletableFuture.failedFuture(ReplicaException.of(
                                Reason.REASON_UNAVAILABLE, "no other node could take over: " + rootOf(failure))));
    }

    private CompletableFuture<Void> transfer(@Nullable RaftPeerId target, long timeoutMillis) {
        TransferLeadershipRequest request = new TransferLeadershipRequest(
                clientId, selfId, groupId, callIds.incrementAndGet(), target, timeoutMillis);
        try {
            return server.transferLeadershipAsync(request).thenAccept(this::requireSuccess);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void requireSuccess(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw ReplicaException.of(Reason.REASON_UNAVAILABLE, String.valueOf(reply.getException()));
        }
    }

    @Override
    public void close() {
        if (stopping) {
            return;
        }
        handOver();
        stopping = true;
        watchThread.shutdownNow();
        groupCommit.close();
        leadershipThread.shutdown();
        snapshotWriter.close();
        try {
            watchThread.awaitTermination(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS);
            raiseMark();
            mark.sync();
            folder.markClean();
            division().close();
            closeTransport();
            mark.close();
        } catch (IOException e) {
            LOG.error("stopping: the clean mark could not be written: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The log is closed by now. What is left is Ratis waiting for idle event loops, by default for seconds. */
    private void closeTransport() throws InterruptedException {
        Thread closing = daemon("muster-raft-close").newThread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                LOG.warn("stopping: {}", e.toString());
            }
        });
        closing.start();
        closing.join(TRANSPORT_CLOSE_MILLIS);
        closing.interrupt();
        closing.join(TRANSPORT_CLOSE_MILLIS);
    }

    /** Hands leadership over, if this node has it, within about a second. */
    public void handOver() {
        if (!leadership.leads() || members().size() == 1) {
            return;
        }
        try {
            transferLeadership("").get(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("leadership was not handed over: {}", rootOf(e).toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RaftServer.Division division() {
        return division;
    }

    private static RaftPeer raftPeer(Peer peer) {
        return RaftPeer.newBuilder()
                .setId(peer.node() + "-" + peer.storageId())
                .setAddress(peer.raftAddress())
                .setClientAddress(peer.clientAddress())
                .build();
    }

    private static Peer peer(RaftPeer peer) {
        String id = peer.getId().toString();
        return new Peer(Identity.nodeOf(id), Identity.storageIdOf(id), peer.getAddress(), peer.getClientAddress());
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return runnable -> {
            Thread thread = new Thread(runnable, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static boolean portTaken(@Nullable Throwable e) {
        return e != null && (e instanceof BindException || portTaken(e.getCause()));
    }

    private static Throwable rootOf(Throwable e) {
        return (e instanceof CompletionException || e instanceof ExecutionException) && e.getCause() != null
                ? rootOf(e.getCause())
                : e;
    }
}
