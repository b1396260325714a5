// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.util.List;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * Ratis' gRPC transport with our log appender: it shows every request and reply to {@link QuorumContact}. Ratis makes
 * one by reflection from the class name in its properties, which is why the class is public.
 */
public final class ContactRpcType implements RpcType {
    private static final String CONTACT = "muster.quorum-contact";

    /** For Ratis. */
    public ContactRpcType() {}

    static Parameters parametersWith(QuorumContact contact) {
        Parameters parameters = new Parameters();
        parameters.put(CONTACT, contact, QuorumContact.class);
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
            LogAppender appender = new Appender(server, new ObservedLeaderState(state, contact), follower);
            contact.appenderMade(follower.getId(), appender);
            return appender;
        }
    }

    private static final class Appender extends GrpcLogAppender {
        Appender(RaftServer.Division server, LeaderState leaderState, FollowerInfo follower) {
            super(server, leaderState, follower);
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
            return request;
        }

        @Override
        public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
            delegate.onAppendEntriesReply(appender, reply);
            contact.replyReceived(appender.getFollowerId(), reply);
        }

        @Override
        public void restart(LogAppender appender) {
            delegate.restart(appender);
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
