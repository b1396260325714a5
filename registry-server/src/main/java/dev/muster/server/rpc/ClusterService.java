// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.Replica;
import dev.muster.server.watch.WatchHub;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.ConfirmRequest;
import dev.muster.v1.ConfirmResponse;
import dev.muster.v1.Member;
import dev.muster.v1.MembersRequest;
import dev.muster.v1.MembersResponse;
import dev.muster.v1.Role;
import dev.muster.v1.StateHashRequest;
import dev.muster.v1.StateHashResponse;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import dev.muster.v1.TakeSnapshotRequest;
import dev.muster.v1.TakeSnapshotResponse;
import dev.muster.v1.TransferLeadershipRequest;
import dev.muster.v1.TransferLeadershipResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The nodes, for people and for each other. Thread-safe. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final NodeInfo info;
    private final Replica replica;
    private final Freshness freshness;
    private final WatchHub hub;
    private final HealthReporter health;
    private final Unary unary;
    private final LongSupplier nanos;
    private final long startedAt;

    ClusterService(
            NodeInfo info,
            Replica replica,
            Freshness freshness,
            WatchHub hub,
            HealthReporter health,
            Unary unary,
            LongSupplier nanos) {
        this.info = info;
        this.replica = replica;
        this.freshness = freshness;
        this.hub = hub;
        this.health = health;
        this.unary = unary;
        this.nanos = nanos;
        this.startedAt = nanos.getAsLong();
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        unary.read(observer, () -> CompletableFuture.completedFuture(status()));
    }

    @Override
    public void members(MembersRequest request, StreamObserver<MembersResponse> observer) {
        unary.read(observer, () -> CompletableFuture.completedFuture(members()));
    }

    @Override
    public void transferLeadership(
            TransferLeadershipRequest request, StreamObserver<TransferLeadershipResponse> observer) {
        unary.read(
                observer,
                () -> replica.transferLeadership(request.getNode())
                        .thenApply(nothing -> TransferLeadershipResponse.newBuilder()
                                .setLeader(replica.leadership().leader())
                                .build()));
    }

    @Override
    public void takeSnapshot(TakeSnapshotRequest request, StreamObserver<TakeSnapshotResponse> observer) {
        unary.read(
                observer,
                () -> replica.takeSnapshot()
                        .thenApply(taken -> TakeSnapshotResponse.newBuilder()
                                .setHeader(
                                        replica.state().header(-1).toBuilder().setRevision(taken.revision()))
                                .setIndex(taken.index())
                                .setBytes(taken.bytes())
                                .build()));
    }

    @Override
    public void stateHash(StateHashRequest request, StreamObserver<StateHashResponse> observer) {
        RegistryState state = replica.state();
        unary.read(
                observer,
                () -> CompletableFuture.completedFuture(StateHashResponse.newBuilder()
                        .setHeader(state.header(freshness.ageMillisOf(state.revision())))
                        .setHash(state.stateHash())
                        .setNode(info.node())
                        .build()));
    }

    @Override
    public void confirm(ConfirmRequest request, StreamObserver<ConfirmResponse> observer) {
        unary.read(
                observer,
                () -> replica.linearize().thenApply(nothing -> {
                    RegistryState state = replica.state();
                    return ConfirmResponse.newBuilder()
                            .setHeader(state.header(0))
                            .setTerm(state.term())
                            .build();
                }));
    }

    private StatusResponse status() {
        long age = freshness.ageMillis();
        RegistryState state = replica.state();
        Leadership leadership = replica.leadership();
        Replica.Progress progress = replica.progress();
        return StatusResponse.newBuilder()
                .setHeader(state.header(age))
                .setClusterId(state.clusterId())
                .setNode(info.node())
                .setStorageId(info.storageId())
                .setRole(role(leadership))
                .setTerm(leadership.term())
                .setLeader(leadership.leader())
                .setLeaderAddress(leadership.leaderAddress())
                .setReady(health.serves(replica))
                .setGrey(health.grey())
                .setDiskMillis(health.diskMillis())
                .setAppliedIndex(progress.appliedIndex())
                .setCommitIndex(progress.commitIndex())
                .setSnapshotIndex(progress.snapshotIndex())
                .setServices(state.catalog().serviceCount())
                .setInstances(state.catalog().instanceCount())
                .setLeases(state.leases().size())
                .setHeldLeases(state.leases().heldCount())
                .setSessions(state.sessions().size())
                .setWatches(hub.watches())
                .setUptimeMillis(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - startedAt))
                .setVersion(info.version())
                .setFeatureLevel(state.featureLevel())
                .build();
    }

    private Role role(Leadership leadership) {
        if (leadership.leads()) {
            return Role.ROLE_LEADER;
        }
        if (replica.members().stream().noneMatch(peer -> peer.node().equals(info.node()))) {
            return Role.ROLE_JOINING;
        }
        return leadership.leader().isEmpty() || leadership.leader().equals(info.node())
                ? Role.ROLE_CANDIDATE
                : Role.ROLE_FOLLOWER;
    }

    private MembersResponse members() {
        long age = freshness.ageMillis();
        MembersResponse.Builder response =
                MembersResponse.newBuilder().setHeader(replica.state().header(age));
        String leader = replica.leadership().leader();
        for (Peer peer : replica.members()) {
            response.addMembers(Member.newBuilder()
                    .setNode(peer.node())
                    .setStorageId(peer.storageId())
                    .setAddress(peer.clientAddress())
                    .setRaftAddress(peer.raftAddress())
                    .setLeader(peer.node().equals(leader)));
        }
        return response.build();
    }
}
