// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' gRPC transport with our log appender, which shows every request and reply to {@link QuorumContact}, and with
 * {@link RecipientCheck} before its services. Ratis makes one by reflection from the class name in its properties, which
 * is why the class is public.
 */
public final class ContactRpcType implements RpcType {
    private static final String CONTACT = "muster.quorum-contact";

    /** For Ratis. */
    public ContactRpcType() {}

    static Parameters parametersWith(QuorumContact contact, RecipientCheck recipient) {
        Parameters parameters = new Parameters();
        parameters.put(CONTACT, contact, QuorumContact.class);
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.intercept(recipient));
        return parameters;
    }

    @Override
    public String name() {
        return ContactRpcType.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        QuorumContact contact = parameters == null ? null : parameters.get(CONTACT, QuorumContact.class);
        return contact == null ? new GrpcFactory(parameters) : new Factory(parameters, contact);
    }

    private static final class Factory extends GrpcFactory {
        private final QuorumContact contact;

        Factory(Parameters parameters, QuorumContact contact) {
            super(parameters);
            this.contact = contact;
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            ObservedLeaderState observed = new ObservedLeaderState(state, contact);
            Appender appender = new Appender(server, observed, follower, contact);
            observed.appender = appender;
            contact.appenderMade(follower.getId(), appender);
            return appender;
        }
    }

    private static final class Appender extends GrpcLogAppender {
        /** For so long a commit waits for an entry that takes it along. */
        private static final long COMMIT_PATIENCE_MILLIS = 2;

        private final QuorumContact contact;
        private volatile long firstSent = Long.MAX_VALUE;
        private volatile long lastSent = -1;
        private volatile long toldCommit = -1;
        /** The commit that waits to be told, and since when. Of the appender's own thread. */
        private long untoldCommit = -1;

        private long untoldSinceNanos;

        Appender(RaftServer.Division server, LeaderState leaderState, FollowerInfo follower, QuorumContact contact) {
            super(server, leaderState, follower);
            this.contact = contact;
        }

        /** Entries are on their way; called by the appender's own thread. */
        void sent(List<LogEntryProto> entries, long commit) {
            toldCommit = commit;
            if (!entries.isEmpty()) {
                firstSent = Math.min(firstSent, entries.get(0).getIndex());
                lastSent = Math.max(lastSent, entries.get(entries.size() - 1).getIndex());
            }
        }

        /**
         * Sends again what was sent on a connection that broke before the follower's answer came. Ratis 3.3.0 leaves the
         * next index where it was, and heartbeats do not tell how far the follower is: what it has, but could not say,
         * would not count, and the last writes before a pause would not commit until something is written after them.
         */
        void resendUnanswered() {
            long match = getFollower().getMatchIndex();
            if (lastSent > match && getFollower().getNextIndex() > match + 1 && !hasPendingDataRequests()) {
                getFollower().setNextIndex(Math.max(match + 1, firstSent));
                notifyLogAppender();
            }
        }

        /**
         * Tells the follower what is committed as soon as no entry comes that would. Ratis 3.3.0 leaves that to the next
         * heartbeat: who watches at a follower would see a change long after the one who made it.
         */
        @Override
        public long getHeartbeatWaitTimeMs() {
            return Math.min(super.getHeartbeatWaitTimeMs(), untilCommitIsDue());
        }

        private long untilCommitIsDue() {
            long commit = getRaftLog().getLastCommittedIndex();
            if (commit <= toldCommit || hasAppendEntries()) {
                return Long.MAX_VALUE;
            }
            if (untoldCommit <= toldCommit) {
                untoldCommit = commit;
                untoldSinceNanos = contact.nanos();
            }
            long waited = TimeUnit.NANOSECONDS.toMillis(contact.nanos() - untoldSinceNanos);
            return Math.max(0, COMMIT_PATIENCE_MILLIS - waited);
        }

        /**
         * Obeys a follower that says it has less than was thought, when the failed request carried no entries. Ratis 3.3.0
         * insists on the match index, and so an idle leader never catches a follower up that lost its disk (RATIS-2523).
         */
        @Override
        protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
            return requestFirstIndex < 0
                    ? replyNextIndex
                    : super.getNextIndexForInconsistency(requestFirstIndex, replyNextIndex);
        }
    }

    private static final class ObservedLeaderState implements LeaderState {
        private final LeaderState delegate;
        private final QuorumContact contact;
        private volatile @Nullable Appender appender;

        ObservedLeaderState(LeaderState delegate, QuorumContact contact) {
            this.delegate = delegate;
            this.contact = contact;
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequestProto(
                FollowerInfo follower, List<LogEntryProto> entries, TermIndex previous, long callId) {
            long ticket = contact.ticket();
            AppendEntriesRequestProto request =
                    delegate.newAppendEntriesRequestProto(follower, entries, previous, callId);
            contact.requestMade(follower.getId(), callId, request.getLeaderTerm(), ticket);
            Appender sender = appender;
            if (sender != null) {
                sender.sent(entries, request.getLeaderCommit());
            }
            return request;
        }

        @Override
        public void onAppendEntriesReply(LogAppender from, AppendEntriesReplyProto reply) {
            delegate.onAppendEntriesReply(from, reply);
            contact.replyReceived(from.getFollowerId(), reply);
            Appender sender = appender;
            if (sender != null && reply.getIsHearbeat() && reply.getResult() == AppendResult.SUCCESS) {
                sender.resendUnanswered();
            }
        }

        @Override
        public void restart(LogAppender toRestart) {
            delegate.restart(toRestart);
        }

        @Override
        public void checkHealth(FollowerInfo follower) {
            delegate.checkHealth(follower);
        }

        @Override
        public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
            return delegate.onFollowerTerm(follower, followerTerm);
        }

        @Override
        public void onFollowerCommitIndex(FollowerInfo follower, long commitIndex) {
            delegate.onFollowerCommitIndex(follower, commitIndex);
        }

        @Override
        public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
            delegate.onFollowerSuccessAppendEntries(follower);
        }

        @Override
        public boolean isFollowerBootstrapping(FollowerInfo follower) {
            return delegate.isFollowerBootstrapping(follower);
        }
    }
}
