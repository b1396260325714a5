// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.raft.transport.Kind;
import dev.muster.server.raft.transport.PeerLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one follower's log equal to the leader's, and shows every reply to {@link QuorumContact}.
 *
 * <p>Two threads, each with a connection of its own. The sender, which Ratis starts, sends entries and snapshots, and
 * waits for the reply before it sends more: what comes meanwhile goes along with the next request, and what the follower
 * has is never in doubt. The pulse sends heartbeats, which must not wait behind a disk.
 */
final class PeerAppender extends LogAppenderBase {
    private static final Logger LOG = LoggerFactory.getLogger(PeerAppender.class);

    /** For so long a commit waits for an entry that takes it along. */
    private static final long COMMIT_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final int MAX_ENTRIES = 4096;

    private final QuorumContact contact;
    private final PeerLink entryLink;
    private final PeerLink pulseLink;
    private final Thread pulse;

    private volatile Thread sender = Thread.currentThread();
    private volatile boolean senderCalled;
    private volatile boolean pulseCalled;
    private volatile boolean installing;
    /** When the entries were sent that are not answered yet. */
    private volatile @Nullable Timestamp entriesSent;
    /** How long the sender waits when nothing comes; of its own thread. */
    private long patienceNanos = COMMIT_PATIENCE_NANOS;

    PeerAppender(
            RaftServer.Division server,
            LeaderState leaderState,
            FollowerInfo follower,
            QuorumContact contact,
            PeerTimes times) {
        super(server, leaderState, follower);
        this.contact = contact;
        this.entryLink = times.patientLink(follower.getPeer());
        this.pulseLink = times.quickLink(follower.getPeer());
        this.pulse = Upkeep.daemon("muster-pulse-" + follower.getId()).newThread(this::pulse);
    }

    @Override
    public void start() {
        super.start();
        pulse.start();
    }

    /**
     * Waits for nobody. Ratis gives its vote to the next leader only when this is done, and holds locks that the sender may
     * be waiting for; what the sender still sends carries the old term.
     */
    @Override
    public CompletableFuture<LifeCycle.State> stopAsync() {
        var unused = super.stopAsync();
        hangUp();
        return CompletableFuture.completedFuture(LifeCycle.State.CLOSED);
    }

    private void hangUp() {
        entryLink.close();
        pulseLink.close();
        LockSupport.unpark(pulse);
    }

    @Override
    public long getCallId() {
        return CallId.get();
    }

    @Override
    public Comparator<Long> getCallIdComparator() {
        return CallId.getComparator();
    }

    /** There are entries, or something else for the sender to look at. */
    @Override
    public void notifyLogAppender() {
        senderCalled = true;
        LockSupport.unpark(sender);
    }

    @Override
    public void triggerHeartbeat() {
        pulseCalled = true;
        LockSupport.unpark(pulse);
    }

    // The sender

    @Override
    public void run() {
        sender = Thread.currentThread();
        try {
            while (isRunning()) {
                try {
                    sendNext();
                } catch (IOException | RuntimeException e) {
                    // Ratis would make another appender that takes this follower for a new one.
                    LOG.debug("{}: {}", this, e.toString());
                    LockSupport.parkNanos(this, RETRY_NANOS);
                }
            }
        } finally {
            hangUp();
        }
    }

    private void sendNext() throws IOException {
        if (!hasAppendEntries() && awaitCall()) {
            return;
        }
        SnapshotInfo snapshot = shouldInstallSnapshot();
        if (snapshot != null) {
            install(snapshot);
        } else if (hasAppendEntries()) {
            long first = getFollower().getNextIndex();
            List<LogEntryProto> entries = entriesFrom(first);
            entriesSent = Timestamp.currentTime();
            try {
                append(entryLink, first, entries);
            } finally {
                entriesSent = null;
            }
            patienceNanos = COMMIT_PATIENCE_NANOS;
        } else if (getRaftLog().getLastCommittedIndex() > getFollower().getCommitIndex()) {
            append(entryLink, getFollower().getNextIndex(), List.of());
        }
    }

    /** Waits until it is called, or for a while that doubles each time it is not. */
    private boolean awaitCall() {
        if (!senderCalled) {
            LockSupport.parkNanos(this, patienceNanos);
        }
        boolean called = senderCalled;
        senderCalled = false;
        if (!called) {
            patienceNanos = Math.min(2 * patienceNanos, LONGEST_WAIT_NANOS);
        }
        return called;
    }

    private List<LogEntryProto> entriesFrom(long first) throws IOException {
        List<LogEntryProto> entries = new ArrayList<>();
        long bytes = 0;
        for (long index = first; index < getRaftLog().getNextIndex() && entries.size() < MAX_ENTRIES; index++) {
            LogEntryProto entry = getRaftLog().get(index);
            if (entry == null) {
                break;
            }
            bytes += entry.getSerializedSize();
            if (bytes > RaftSettings.APPENDER_BYTES && !entries.isEmpty()) {
                break;
            }
            entries.add(entry);
        }
        if (entries.isEmpty()) {
            throw new IOException("entry " + first + " is not in the log");
        }
        return entries;
    }

    private void install(SnapshotInfo snapshot) throws IOException {
        installing = true;
        try {
            for (InstallSnapshotRequestProto chunk :
                    newInstallSnapshotRequests(UUID.randomUUID().toString(), snapshot)) {
                getFollower().updateLastRpcSendTime(false);
                var reply = entryLink.call(Kind.INSTALL_SNAPSHOT, chunk, InstallSnapshotReplyProto.parser());
                getFollower().updateLastRpcResponseTime();
                switch (reply.getResult()) {
                    case SUCCESS -> {}
                    case ALREADY_INSTALLED -> {
                        // Says no index: it has committed what the snapshot holds.
                        installed(snapshot.getIndex());
                        return;
                    }
                    case NOT_LEADER -> throw deposed(reply.getTerm());
                    default -> throw new IOException("the follower answers a snapshot with " + reply.getResult());
                }
            }
            installed(snapshot.getIndex());
        } finally {
            installing = false;
        }
    }

    private void installed(long index) {
        LOG.info("{}: the follower has the snapshot of {}", this, index);
        getFollower().setSnapshotIndex(index);
        getFollower().setAttemptedToInstallSnapshot();
        getFollower().updateCommitIndex(index);
    }

    // The pulse

    private void pulse() {
        boolean silent = false;
        while (isRunning()) {
            long wait = getHeartbeatWaitTimeMs();
            if (wait > 0 && !pulseCalled) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(wait));
                continue;
            }
            pulseCalled = false;
            try {
                getLeaderState().checkHealth(getFollower());
                hangUpWhatTakesTooLong();
                append(pulseLink, getFollower().getNextIndex(), List.of());
                if (silent && !installing) {
                    // What was sent before the silence may never arrive; on a new connection it does.
                    entryLink.hangUp();
                }
                silent = false;
            } catch (IOException | RuntimeException e) {
                LOG.debug("{}: {}", this, e.toString());
                silent = true;
                lookAfterNewcomer();
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }
        pulseLink.close();
    }

    /**
     * Gives up a silent one when its time is over, so that another can be let in. Ratis 3.3.0 looks after those who are let
     * in when they have replied, and else only when nothing else happens.
     */
    private void lookAfterNewcomer() {
        if (getServer().getRaftConf().getPeer(getFollowerId(), RaftPeerRole.FOLLOWER) == null) {
            getLeaderState().onFollowerSuccessAppendEntries(getFollower());
        }
    }

    /** A large message that nobody takes is not bounded by the wait for its reply. */
    private void hangUpWhatTakesTooLong() {
        Timestamp since = entriesSent;
        if (since != null && !installing && since.elapsedTimeMs() > PeerTimes.DISK.toMillis()) {
            entryLink.hangUp();
        }
    }

    // Both

    private void append(PeerLink link, long next, List<LogEntryProto> entries) throws IOException {
        TermIndex previous = getPrevious(next);
        if (previous == null
                && !entries.isEmpty()
                && next > RaftLog.LEAST_VALID_LOG_INDEX
                && next != getFollower().getSnapshotIndex() + 1) {
            throw new IOException("what comes before entry " + next + " is not in the log any more");
        }
        Timestamp sent = Timestamp.currentTime();
        QuorumContact.Ticket ticket = contact.ticket();
        AppendEntriesRequestProto request = getLeaderState()
                .newAppendEntriesRequestProto(getFollower(), entries, previous, CallId.getAndIncrement());
        contact.begin(request.getLeaderTerm());
        getFollower().updateLastRpcSendTime(entries.isEmpty());
        AppendEntriesReplyProto reply = link.call(Kind.APPEND_ENTRIES, request, AppendEntriesReplyProto.parser());
        getFollower().updateLastRpcResponseTime();
        getFollower().updateLastRespondedAppendEntriesSendTime(sent);
        getFollower().updateCommitIndex(reply.getFollowerCommit());
        obey(request, reply);
        getLeaderState().onAppendEntriesReply(this, reply);
        contact.replied(getFollowerId(), ticket, request.getLeaderTerm(), reply);
        if (reply.getResult() == AppendResult.NOT_LEADER) {
            throw deposed(reply.getTerm());
        }
    }

    private IOException deposed(long term) {
        onFollowerTerm(term);
        return new IOException("the follower is in term " + term);
    }

    private synchronized void obey(AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
        boolean heartbeat = request.getEntriesCount() == 0;
        switch (reply.getResult()) {
            case SUCCESS -> {
                if (!heartbeat && reply.getNextIndex() > getFollower().getNextIndex()) {
                    getFollower().updateMatchIndex(reply.getNextIndex() - 1);
                    getFollower().increaseNextIndex(reply.getNextIndex());
                    getLeaderState().onFollowerSuccessAppendEntries(getFollower());
                }
            }
            case NOT_LEADER -> {}
            case INCONSISTENCY -> {
                if (!heartbeat) {
                    // What it has committed it refuses, too, when the reply was lost and it is sent again. If nothing
                    // comes behind it, only this tells that it has all, and can lead.
                    if (getFollower().updateMatchIndex(reply.getFollowerCommit())) {
                        getLeaderState().onFollowerSuccessAppendEntries(getFollower());
                    }
                    getFollower()
                            .setNextIndex(getNextIndexForInconsistency(
                                    request.getEntries(0).getIndex(), reply.getNextIndex()));
                } else if (!installing) {
                    // A follower that says it has less than was thought has lost its disk. Ratis 3.3.0 insists on the
                    // match index, and so an idle leader never catches it up (RATIS-2523).
                    getFollower().setNextIndex(reply.getNextIndex());
                    notifyLogAppender();
                }
            }
            default -> LOG.warn("{}: the follower answers {}", this, reply.getResult());
        }
    }
}
