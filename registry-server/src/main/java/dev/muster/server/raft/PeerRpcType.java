// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Gives Ratis our transport and our log appender. Ratis makes one by reflection from the class name in its properties,
 * which is why the class is public.
 */
public final class PeerRpcType implements RpcType {
    private static final String WIRING = "muster.peers";

    /** For Ratis. */
    public PeerRpcType() {}

    private record Wiring(InetSocketAddress listen, QuorumContact contact, PeerTimes times, VoteKeeper votes) {}

    static Parameters parameters(InetSocketAddress listen, QuorumContact contact, PeerTimes times, VoteKeeper votes) {
        Parameters parameters = new Parameters();
        parameters.put(WIRING, new Wiring(listen, contact, times, votes), Wiring.class);
        return parameters;
    }

    @Override
    public String name() {
        return PeerRpcType.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(this, Objects.requireNonNull(parameters.get(WIRING, Wiring.class)));
    }

    private record Factory(PeerRpcType type, Wiring wiring) implements ServerFactory {
        @Override
        public RpcType getRpcType() {
            return type;
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new PeerRpc(server, type, wiring.listen, wiring.times, wiring.votes);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            PeerAppender appender = new PeerAppender(server, state, follower, wiring.contact, wiring.times);
            wiring.contact.appenderMade(follower.getId(), appender);
            return appender;
        }
    }
}
