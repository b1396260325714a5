// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import com.google.protobuf.ByteString;
import dev.muster.core.Limits;
import dev.muster.core.Outcome;
import dev.muster.core.RegistryState;
import dev.muster.core.event.EventRecord;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.AppliedEntry;
import dev.muster.server.replica.Digest;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries committed log entries to {@link dev.muster.core.Registry#apply} and publishes the state that comes out. Small on purpose: what
 * an entry means is decided in the core, what a fault of Ratis needs is decided beside this class.
 *
 * <p>Ratis closes the whole group, on every replica and after every restart, when apply throws; so nothing is thrown from
 * here: an entry that cannot be read is skipped alike by all, and a defect ends the process.
 */
final class RegistryStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryStateMachine.class);
    private static final CompletableFuture<Message> DONE = CompletableFuture.completedFuture(Message.EMPTY);

    /** What the replica is told of. All of it comes on Ratis' threads: hand over, never block. */
    interface Events {
        void entry(AppliedEntry entry);

        void happened(List<EventRecord> happened);

        void reached(long index);

        void applied(RegistryState state);

        void leaderReady();

        void notLeader();

        void leaderChanged();

        void membersChanged();

        void logFailed(Throwable cause);

        void removed();

        void shutDown();
    }

    private final String clusterId;
    private final String groupId;
    private final SnapshotStore snapshots;
    private final Fatal fatal;
    private final Events events;
    private final AtomicLong appliedBytes = new AtomicLong();
    private final DigestRing digests = new DigestRing();
    private volatile Applied applied;

    /** {@code stored} is what the newest snapshot on disk holds. */
    RegistryStateMachine(
            String clusterId,
            String groupId,
            SnapshotStore snapshots,
            Optional<Applied> stored,
            Fatal fatal,
            Events events) {
        this.clusterId = clusterId;
        this.groupId = groupId;
        this.snapshots = snapshots;
        this.applied = stored.orElse(new Applied(RegistryState.empty(), TermIndex.INITIAL_VALUE));
        this.fatal = fatal;
        this.events = events;
    }

    /** The newest state with its position. */
    Applied applied() {
        return applied;
    }

    /** What was noted of the state in passing, and as the last one what it is now; by ascending index. */
    List<Digest> digests() {
        List<Digest> all = new ArrayList<>(digests.list());
        Applied now = applied;
        long index = now.position().getIndex();
        if (index > 0 && (all.isEmpty() || all.get(all.size() - 1).index() < index)) {
            all.add(new Digest(index, now.state().contentHash()));
        }
        return all;
    }

    /** Bytes of all entries applied by this process. */
    long appliedBytes() {
        return appliedBytes.get();
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId raftGroupId, RaftStorage storage) throws IOException {
        super.initialize(server, raftGroupId, storage);
        getLifeCycle().startAndTransition(() -> restore(applied));
    }

    /** Ratis asserts that the state machine is PAUSED when it reloads it; its own base class never gets there. */
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        snapshots.beginInstall();
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(() -> restore(snapshots.endInstall()));
        events.applied(applied.state());
    }

    private void restore(Applied restored) {
        digests.clear();
        applied = restored;
        setLastAppliedTermIndex(restored.position());
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    /** Snapshots are written by {@link SnapshotWriter}; Ratis is only told how far they reach. */
    @Override
    public long takeSnapshot() {
        long index = snapshots.latestIndex();
        return index > 0 ? index : -1;
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        TransactionContext.Builder transaction =
                TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request);
        if (request.getMessage() instanceof Batch batch) {
            return transaction.setStateMachineContext(batch).build();
        }
        TransactionContext refused = transaction.build();
        // Never thrown: Ratis leaves the retry of such a request hanging for a minute.
        refused.setException(new StateMachineException("writes enter through the client port of a node"));
        return refused;
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext transaction) {
        if (transaction.getStateMachineContext() instanceof Batch batch) {
            batch.markAppended();
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        Batch batch = transaction.getStateMachineContext() instanceof Batch ours ? ours : null;
        try {
            apply(entry, batch);
        } catch (Throwable defect) {
            fatal.end(Fatal.Cause.DEFECT, "log entry " + entry.getIndex() + " could not be applied: " + defect, defect);
        }
        return DONE;
    }

    private void apply(LogEntryProto entry, @Nullable Batch batch) {
        TermIndex position = TermIndex.valueOf(entry);
        ByteBuffer bytes = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
        appliedBytes.addAndGet(bytes.remaining());
        List<Command> commands;
        try {
            commands = EntryCodec.decode(clusterId, groupId, bytes);
        } catch (MalformedEntryException e) {
            LOG.error("log entry {} is not one of this registry's and is skipped: {}", position, e.getMessage());
            publish(applied.state(), position);
            if (batch != null) {
                batch.fail(
                        ReplicaException.of(Reason.REASON_INTERNAL, "the log entry was unreadable: " + e.getMessage()));
            }
            return;
        }
        if (needsNewerVersion(commands)) {
            return;
        }
        RegistryState state = applied.state();
        Outcome[] outcomes = new Outcome[commands.size()];
        List<EventRecord> happened = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] = dev.muster.core.Registry.apply(state, commands.get(i));
            state = outcomes[i].state();
            happened.addAll(outcomes[i].events());
        }
        events.entry(new AppliedEntry(
                position.getIndex(),
                ByteString.copyFrom(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer()),
                applied.state().chain(),
                state.revision(),
                state.chain()));
        events.happened(happened);
        publish(state, position);
        if (batch != null) {
            for (int i = 0; i < outcomes.length; i++) {
                batch.complete(i, outcomes[i].result());
            }
        }
        events.applied(state);
    }

    /** A version that does not know a feature level cannot apply what comes after it as the others do. */
    private boolean needsNewerVersion(List<Command> commands) {
        for (Command command : commands) {
            int level = command.getRaiseFeatureLevel().getLevel();
            if (level > Limits.FEATURE_LEVEL) {
                String message = "the cluster has reached feature level " + level + ", this version knows "
                        + Limits.FEATURE_LEVEL + ": install the version that the other nodes run";
                fatal.end(Fatal.Cause.FEATURE_LEVEL, message, new IllegalStateException(message));
                return true;
            }
        }
        return false;
    }

    private void publish(RegistryState state, TermIndex position) {
        applied = new Applied(state, position);
        digests.note(position.getIndex(), state);
        updateLastAppliedTermIndex(position);
        events.reached(position.getIndex());
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        TermIndex position = TermIndex.valueOf(term, index);
        // Configuration entries of an installed snapshot come as term 0, index 0.
        if (position.compareTo(applied.position()) > 0) {
            publish(applied.state(), position);
        }
    }

    @Override
    public void notifyLeaderReady() {
        events.leaderReady();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.notLeader();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
        events.leaderChanged();
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        events.membersChanged();
        events.leaderChanged();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        events.logFailed(cause);
    }

    @Override
    public void notifyGroupRemove() {
        events.removed();
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        events.shutDown();
    }
}
