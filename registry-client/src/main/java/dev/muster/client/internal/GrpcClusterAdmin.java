// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.ClusterAdmin;
import dev.muster.client.Member;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import dev.muster.client.StateHash;
import dev.muster.client.TakenSnapshot;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.MembersRequest;
import dev.muster.v1.StateHashRequest;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.TakeSnapshotRequest;
import dev.muster.v1.TransferLeadershipRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The orders of an operator as single calls. Safe for any thread. */
final class GrpcClusterAdmin implements ClusterAdmin {
    private final UnaryCalls calls;
    private final Loop loop;
    private final List<String> endpoints;

    GrpcClusterAdmin(UnaryCalls calls, Loop loop, List<String> endpoints) {
        this.calls = calls;
        this.loop = loop;
        this.endpoints = endpoints;
    }

    @Override
    public List<NodeAnswer<NodeStatus>> status() {
        return ofAll(this::statusOf);
    }

    @Override
    public NodeStatus status(String endpoint) {
        return Futures.await(statusOf(endpoint), loop);
    }

    @Override
    public List<Member> members() {
        return Wire.members(
                Futures.await(calls.read(ClusterGrpc.getMembersMethod(), MembersRequest.getDefaultInstance()), loop));
    }

    @Override
    public String transferLeadership(String node) {
        TransferLeadershipRequest request =
                TransferLeadershipRequest.newBuilder().setNode(node).build();
        return Futures.await(calls.write(ClusterGrpc.getTransferLeadershipMethod(), request), loop)
                .getLeader();
    }

    @Override
    public TakenSnapshot takeSnapshot(String endpoint) {
        return Wire.takenSnapshot(Futures.await(
                calls.at(endpoint, ClusterGrpc.getTakeSnapshotMethod(), TakeSnapshotRequest.getDefaultInstance()),
                loop));
    }

    @Override
    public List<NodeAnswer<StateHash>> stateHashes() {
        return ofAll(this::hashOf);
    }

    @Override
    public StateHash stateHash(String endpoint) {
        return Futures.await(hashOf(endpoint), loop);
    }

    private CompletableFuture<NodeStatus> statusOf(String endpoint) {
        return calls.at(endpoint, ClusterGrpc.getStatusMethod(), StatusRequest.getDefaultInstance())
                .thenApply(Wire::nodeStatus);
    }

    private CompletableFuture<StateHash> hashOf(String endpoint) {
        return calls.at(endpoint, ClusterGrpc.getStateHashMethod(), StateHashRequest.getDefaultInstance())
                .thenApply(Wire::stateHash);
    }

    /** Asks all at the same time, then waits for each. */
    private <T> List<NodeAnswer<T>> ofAll(Function<String, CompletableFuture<T>> ask) {
        List<CompletableFuture<T>> answers = endpoints.stream().map(ask).toList();
        return IntStream.range(0, endpoints.size())
                .mapToObj(i -> answer(endpoints.get(i), answers.get(i)))
                .toList();
    }

    private <T> NodeAnswer<T> answer(String endpoint, CompletableFuture<T> future) {
        try {
            return NodeAnswer.of(endpoint, Futures.await(future, loop));
        } catch (MusterException e) {
            return NodeAnswer.failed(endpoint, e);
        }
    }
}
