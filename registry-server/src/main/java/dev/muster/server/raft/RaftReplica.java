// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.event.EventRecord;
import dev.muster.internal.v1.Barrier;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.server.replica.AppliedEntry;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Located;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.DurableMark;
import dev.muster.server.storage.StorageException;
import dev.muster.v1.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replica over Ratis: wires the parts of this package, reads and writes. {@link LeadershipCycle} follows who leads,
 * {@link GroupAdmin} changes who belongs to the group, {@link Upkeep} runs what happens by itself.
 *
 * <p>Thread-safe. Apply runs on Ratis' thread.
 */
public final class RaftReplica implements Replica {
    private static final Logger LOG = LoggerFactory.getLogger(RaftReplica.class);

    /** The one Raft group, as log entries, snapshots and resume tokens name it. */
    public static final String GROUP = "registry";

    private static final long WATCH_MILLIS = 50;

    /** Applied in a few milliseconds also by a process that has just started. */
    private static final long FEW_ENTRIES = 50;

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

        /** What the nodes do in turn, the last one does after a whole round, and one that is no founder, too: 0 to 1. */
        double turn() {
            int place = founders.indexOf(self) + 1;
            return place == 0 ? 1 : (double) place / founders.size();
        }
    }

    private final Membership membership;
    private final DataFolder folder;
    private final RaftOptions options;
    private final Fatal fatal;
    private final DurableMark mark;
    private final MembersCopy membersCopy;
    private final SnapshotStore snapshots;
    private final RegistryStateMachine stateMachine;
    private final QuorumContact contact;
    private final GroupCommit groupCommit;
    private final SnapshotWriter snapshotWriter;
    private final SnapshotTrigger snapshotTrigger;
    private final ProgressWaiters revisions;
    private final ProgressWaiters indexes;
    private final List<String> repairs;
    private final Upkeep upkeep;
    private final LeadershipCycle leadership;
    private final GroupAdmin admin;
    private final LeaderLine leaderLine;
    private final Succession succession = new Succession(System::nanoTime);
    private final WriteGate gate = new WriteGate();
    private final RaftServer server;
    private final RaftGroupId groupId;
    private final RaftPeerId selfId;
    private final RaftServer.Division division;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RaftReplica(DataFolder folder, Membership membership, RaftOptions options, Fatal fatal) throws IOException {
        this.membership = membership;
        this.folder = folder;
        this.options = options;
        this.fatal = fatal;
        this.mark = DurableMark.open(folder.durableMark());
        this.membersCopy = new MembersCopy(folder.members());
        PlantedBackup.plant(folder);
        this.snapshots = new SnapshotStore(folder);
        Optional<Applied> stored = Optional.ofNullable(snapshots.load());
        this.repairs = StoragePreflight.check(
                folder,
                mark.index(),
                stored.map(found -> found.position().getIndex()).orElse(-1L));
        this.selfId = RaftPeerId.valueOf(folder.identity().peerId());
        this.groupId = RaftGroupId.valueOf(
                UUID.nameUUIDFromBytes((membership.clusterId() + "/" + GROUP).getBytes(StandardCharsets.UTF_8)));
        this.stateMachine = new RegistryStateMachine(
                membership.clusterId(), GROUP, snapshots, stored, fatal, new StateMachineEvents());
        this.revisions = new ProgressWaiters(() -> state().revision());
        this.indexes =
                new ProgressWaiters(() -> stateMachine.applied().position().getIndex());
        this.upkeep = new Upkeep(fatal);
        this.leadership = new LeadershipCycle(membership, selfId, upkeep, this::division, this::leadershipParts);
        this.contact =
                new QuorumContact(selfId, () -> division().getRaftConf(), System::nanoTime, leadership.notLeader());
        this.groupCommit = new GroupCommit(
                membership.clusterId(),
                GROUP,
                new LogWriter(selfId, groupId, this::division, leadership::notLeader),
                System::currentTimeMillis,
                leadership.notLeader());
        this.snapshotWriter = new SnapshotWriter(GROUP, stateMachine::applied, snapshots, this::purge);
        this.snapshotTrigger = new SnapshotTrigger(
                options, membership.turn(), System::nanoTime, snapshots::latestIndex, snapshots::latestBytes);
        this.server = buildServer();
        this.division = server.getDivision(groupId);
        this.admin =
                new GroupAdmin(server, division, membership.self().node(), leadership, options.electionTimeoutMax());
        this.leaderLine = new LeaderLine(membership.self().node(), admin::members, this::isBehind, this::standFor);
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
                    "the log in " + folder.raft() + " cannot be opened: " + rootOf(e) + "; " + folder.howToRejoin(),
                    e);
        }
    }

    /** Where Ratis keeps what belongs to the group. */
    private Path current() {
        return folder.raft().resolve(groupId.getUuid().toString()).resolve("current");
    }

    private RaftServer buildServer() throws IOException {
        RaftGroup group = membership.founders().isEmpty()
                ? RaftGroup.valueOf(groupId)
                : RaftGroup.valueOf(
                        groupId,
                        membership.founders().stream().map(GroupAdmin::raftPeer).toList());
        return RaftServer.newBuilder()
                .setServerId(selfId)
                .setGroup(group)
                .setStateMachineRegistry(id -> stateMachine)
                .setProperties(RaftSettings.properties(folder, options))
                .setParameters(PeerRpcType.parameters(
                        PeerTimes.addressOf(membership.raftListen()),
                        contact,
                        PeerTimes.of(options),
                        new VoteKeeper(current().resolve(VoteKeeper.FILE), folder.votes())))
                // Ratis' own default wipes the disk.
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
    }

    private void startParts() throws IOException {
        try {
            server.start();
            applyWhatIsKnownToBeCommitted();
            leadership.addListener(leaderLine);
            upkeep.forGood("muster-leader-line", "the line to the leader", leaderLine::run);
            upkeep.every(WATCH_MILLIS, "the watch over the quorum, the leader and what is durable", this::watch);
            upkeep.every(1000, "the sync of the durable mark", mark::sync);
            upkeep.every(1000, "the trigger of snapshots", this::snapshotIfDue);
            upkeep.every(200, "the watch over the Raft group", this::watchDivision);
            upkeep.every(CLOCK_MILLIS, "the clock", this::moveClock);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * What the durable mark vouches for was committed before the node stopped. Ratis learns that only from a leader: a
     * restarted cluster would elect one first and apply its logs after that, while everybody waits.
     */
    private void applyWhatIsKnownToBeCommitted() {
        division()
                .getRaftLog()
                .updateCommitIndex(mark.index(), division().getInfo().getCurrentTerm(), false);
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
    public Located located() {
        Applied applied = stateMachine.applied();
        return new Located(
                applied.state(),
                applied.position().getTerm(),
                applied.position().getIndex());
    }

    /** What this node's state was at places in the log, by ascending index; the last one is what it is now. */
    public List<Digest> digests() {
        return stateMachine.digests();
    }

    @Override
    public Leadership leadership() {
        return leadership.now();
    }

    @Override
    public CompletableFuture<Result> submit(Command command) {
        ReplicaException refusal = refusalOf(command);
        return refusal == null ? groupCommit.submit(command) : CompletableFuture.failedFuture(refusal);
    }

    @Override
    public List<CompletableFuture<Result>> submitAll(List<Command> commands) {
        return commands.stream().allMatch(command -> refusalOf(command) == null)
                ? groupCommit.submitAll(commands)
                : commands.stream().map(this::submit).toList();
    }

    private @Nullable ReplicaException refusalOf(Command command) {
        return leadership.now().leads() ? gate.refusalOf(command) : leadership.notLeader();
    }

    /** Refuses the writes of clients for this reason from now on, whenever this node leads; without one takes them. */
    public void refuseWrites(Optional<String> why) {
        gate.set(why);
    }

    /** A follower may show what is committed, and this node has not applied yet: its read index is what is committed. */
    @Override
    public CompletableFuture<Void> linearize() {
        long committed = division().getRaftLog().getLastCommittedIndex();
        return confirmLeadership().thenCompose(leads -> indexes.await(committed));
    }

    @Override
    public CompletableFuture<Void> confirmLeadership() {
        return leadership.now().leads() ? contact.barrier() : CompletableFuture.failedFuture(leadership.notLeader());
    }

    @Override
    public CompletableFuture<Void> awaitRevision(long revision) {
        return revisions.await(revision);
    }

    @Override
    public void addListener(ReplicaListener listener) {
        leadership.addListener(listener);
    }

    private final class StateMachineEvents implements RegistryStateMachine.Events {
        @Override
        public void entry(AppliedEntry entry) {
            leadership.entry(entry);
        }

        @Override
        public void happened(List<EventRecord> happened) {
            leadership.happened(happened);
        }

        @Override
        public void reached(long index) {
            indexes.applied(index);
        }

        @Override
        public void applied(RegistryState state) {
            revisions.applied(state.revision());
            leadership.applied(state);
        }

        @Override
        public void leaderReady() {
            leadership.elected();
        }

        @Override
        public void notLeader() {
            leadership.deposed();
        }

        @Override
        public void membersChanged() {
            try {
                membersCopy.take(current().resolve(MetadataPreflight.MEMBERS));
            } catch (IOException e) {
                logFailed(e);
            }
        }

        @Override
        public void leaderChanged() {
            leadership.changed();
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
            if (!upkeep.isClosed()) {
                fatal.end(
                        Fatal.Cause.DEFECT,
                        "Ratis stopped by itself",
                        new IllegalStateException("unexpected shutdown of the Raft server"));
            }
        }
    }

    /** A leader serves when it has applied what came before: one that was just restarted may have thousands to go. */
    private boolean isBehind() {
        Progress now = progress();
        return now.commitIndex() - now.appliedIndex() > FEW_ENTRIES;
    }

    private void standFor(Leadership ended) {
        succession.stands();
        admin.standFor(ended);
    }

    // Watching

    /** One wake-up for all three: an idle node does nothing else as often. */
    private void watch() throws IOException {
        watchQuorum();
        watchSuccession();
        raiseMark();
    }

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
            admin.stepDown();
        }
    }

    private void watchSuccession() throws IOException {
        succession.look(division().getInfo().getRoleInfoProto());
    }

    private void raiseMark() throws IOException {
        mark.raise(Math.min(
                division().getRaftLog().getFlushIndex(), division().getRaftLog().getLastCommittedIndex()));
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
        if (!upkeep.isClosed() && lifeCycle.isClosingOrClosed()) {
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

    private void purge(long olderSnapshot) throws IOException {
        long index = LogRetention.lastToPurge(current(), olderSnapshot, options.logKeepBytes());
        if (index < 0) {
            return;
        }
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
        return admin.members();
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
        return admin.join(newcomer);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(String target) {
        return admin.transferLeadership(target);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        handOver();
        leaderLine.close();
        upkeep.close();
        groupCommit.close();
        snapshotWriter.close();
        try {
            raiseMark();
            mark.sync();
            folder.markClean();
            mark.close();
        } catch (IOException e) {
            LOG.error("stopping: the clean mark could not be written: {}", e.toString());
        }
        division().close();
        closeTransport();
    }

    /** The log is closed by now. What is left is Ratis waiting for idle event loops, by default for seconds. */
    private void closeTransport() {
        Thread closing = Upkeep.daemon("muster-raft-close").newThread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                LOG.warn("stopping: {}", e.toString());
            }
        });
        closing.start();
        try {
            closing.join(TRANSPORT_CLOSE_MILLIS);
            closing.interrupt();
            closing.join(TRANSPORT_CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hands leadership over, if this node has it, within about a second. */
    public void handOver() {
        if (!leadership.now().leads() || members().size() == 1) {
            return;
        }
        try {
            transferLeadership("").get(GroupAdmin.HAND_OVER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("leadership was not handed over: {}", rootOf(e).toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RaftServer.Division division() {
        return division;
    }

    private LeadershipCycle.Parts leadershipParts() {
        return new LeadershipCycle.Parts(contact, groupCommit, this::state, succession);
    }

    private static boolean portTaken(@Nullable Throwable e) {
        return e != null && (e instanceof BindException || portTaken(e.getCause()));
    }

    static Throwable rootOf(Throwable e) {
        return (e instanceof CompletionException || e instanceof ExecutionException) && e.getCause() != null
                ? rootOf(e.getCause())
                : e;
    }
}
