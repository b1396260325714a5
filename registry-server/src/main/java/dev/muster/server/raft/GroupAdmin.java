// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.server.storage.Identity;
import dev.muster.v1.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who belongs to the group, and who of them leads: what an operator changes, and what is asked of Ratis for it. Thread-safe. */
final class GroupAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(GroupAdmin.class);

    /** How long a hand-over may take. */
    static final long HAND_OVER_MILLIS = 1000;

    private final RaftServer server;
    private final RaftServer.Division division;
    private final String node;
    private final LeadershipCycle leadership;
    private final Duration electionTimeout;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    /** It asks ten times a second, and is told of once. */
    private final AtomicReference<@Nullable Peer> lastNewcomer = new AtomicReference<>();

    GroupAdmin(
            RaftServer server,
            RaftServer.Division division,
            String node,
            LeadershipCycle leadership,
            Duration electionTimeout) {
        this.server = server;
        this.division = division;
        this.node = node;
        this.leadership = leadership;
        this.electionTimeout = electionTimeout;
    }

    List<Peer> members() {
        return division.getRaftConf().getCurrentPeers().stream()
                .map(GroupAdmin::peer)
                .sorted(Comparator.comparing(Peer::node))
                .toList();
    }

    /** Takes a peer in, in place of the one of the same node name. Completes when it is a member. */
    CompletableFuture<Void> join(Peer newcomer) {
        if (!leadership.now().leads()) {
            return CompletableFuture.failedFuture(leadership.notLeader());
        }
        List<RaftPeer> current = List.copyOf(division.getRaftConf().getCurrentPeers());
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
                server.getId(),
                division.getGroup().getGroupId(),
                callIds.incrementAndGet(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(current)
                        .setServersInNewConf(wanted)
                        .build());
        if (!newcomer.equals(lastNewcomer.getAndSet(newcomer))) {
            LOG.info("taking {} into the cluster: {} becomes {}", newcomer, current, wanted);
        }
        return setConfiguration(request).handle((reply, failure) -> {
            if (failure != null) {
                throw ReplicaException.of(
                        Reason.REASON_UNAVAILABLE, "the members could not be changed: " + RaftReplica.rootOf(failure));
            }
            requireSuccess(reply);
            return null;
        });
    }

    private CompletableFuture<RaftClientReply> setConfiguration(SetConfigurationRequest request) {
        try {
            return server.setConfigurationAsync(request);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Hands leadership to this member, or with an empty name to any; completes when this node knows whom it follows. */
    CompletableFuture<Void> transferLeadership(String target) {
        if (!leadership.now().leads()) {
            return CompletableFuture.failedFuture(leadership.notLeader());
        }
        List<Peer> others = beginningBehind(node, members()).stream()
                .filter(peer -> target.isEmpty() || peer.node().equals(target))
                .toList();
        if (others.isEmpty()) {
            return target.equals(node)
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(ReplicaException.of(
                            Reason.REASON_INVALID,
                            "node: " + target + " (expected: another member, one of "
                                    + members().stream().map(Peer::node).toList() + ")"));
        }
        long timeout = Math.max(HAND_OVER_MILLIS, electionTimeout.toMillis() * 2);
        return tryEach(others, peer -> transfer(raftPeer(peer).getId(), timeout))
                .thenComposeAsync(done -> anotherLeads());
    }

    /** All but this node, beginning behind it: what each hands on comes round to all, and not back at once. */
    static List<Peer> beginningBehind(String node, List<Peer> members) {
        return members.stream()
                .filter(peer -> !peer.node().equals(node))
                .sorted(Comparator.comparing((Peer peer) -> peer.node().compareTo(node) < 0)
                        .thenComparing(Peer::node))
                .toList();
    }

    /**
     * Stands for election because the leader of this term is dead. Does nothing unless this node has all that it got from
     * that leader. The order to do so is the one that a leader gives when it hands over.
     */
    void standFor(Leadership ended) {
        DivisionInfo info = division.getInfo();
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        RaftPeerId leader = info.getLeaderId();
        if (info.getCurrentTerm() != ended.term() || leader == null || last == null || last.getTerm() != ended.term()) {
            return;
        }
        LOG.info("node {} is dead; this node stands for election", ended.leader());
        try {
            server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
                    .setServerRequest(RaftRpcRequestProto.newBuilder()
                            .setRequestorId(leader.toByteString())
                            .setReplyId(server.getId().toByteString())
                            .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(
                                    division.getGroup().getGroupId()))
                            .setCallId(callIds.incrementAndGet()))
                    .setLeaderLastEntry(last.toProto())
                    .build());
        } catch (IOException e) {
            LOG.warn("standing for election failed and is left to the timeouts: {}", e.toString());
        }
    }

    /** Gives leadership up without naming another. */
    void stepDown() {
        transfer(null, HAND_OVER_MILLIS).exceptionally(e -> {
            LOG.warn(
                    "stepping down failed and is tried again: {}",
                    RaftReplica.rootOf(e).toString());
            return null;
        });
    }

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
        leadership.addListener(follower);
        follower.onLeadership(leadership.now());
        return known.orTimeout(electionTimeout.toMillis() * 4, TimeUnit.MILLISECONDS)
                .whenComplete((done, late) -> leadership.removeListener(follower));
    }

    /**
     * Tries one after the other until one succeeds; fails as the last one does. The next is tried on another thread than
     * the one that told of the failure: Ratis tells it under its lock, and waits for a thread that needs the lock when it
     * is asked for the next.
     */
    static CompletableFuture<Void> tryEach(List<Peer> candidates, Function<Peer, CompletableFuture<Void>> attempt) {
        List<Peer> others = candidates.subList(1, candidates.size());
        return attempt.apply(candidates.get(0))
                .exceptionallyComposeAsync(failure -> others.isEmpty()
                        ? CompletableFuture.failedFuture(ReplicaException.of(
                                Reason.REASON_UNAVAILABLE,
                                "no other node could take over: " + RaftReplica.rootOf(failure)))
                        : tryEach(others, attempt));
    }

    private CompletableFuture<Void> transfer(@Nullable RaftPeerId target, long timeoutMillis) {
        TransferLeadershipRequest request = new TransferLeadershipRequest(
                clientId,
                server.getId(),
                division.getGroup().getGroupId(),
                callIds.incrementAndGet(),
                target,
                timeoutMillis);
        try {
            return server.transferLeadershipAsync(request).thenAccept(GroupAdmin::requireSuccess);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void requireSuccess(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw ReplicaException.of(Reason.REASON_UNAVAILABLE, String.valueOf(reply.getException()));
        }
    }

    static RaftPeer raftPeer(Peer peer) {
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
}
