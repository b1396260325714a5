// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.FetchDigestsRequest;
import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.internal.v1.FetchEventsRequest;
import dev.muster.internal.v1.FetchEventsResponse;
import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.JoinResponse;
import dev.muster.internal.v1.PeersGrpc;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.internal.v1.ReportResponse;
import dev.muster.server.founding.Introductions;
import dev.muster.server.history.EventPeers;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Calls to other nodes beside Raft, also before there is a cluster, each on its own deadline. Thread-safe; nothing blocks. */
public final class PeerCalls implements Introductions, EventPeers, AutoCloseable {
    private static final long IDENTIFY_SECONDS = 1;
    private static final long JOIN_SECONDS = 30;
    private static final long REPORT_SECONDS = 5;
    private static final long FETCH_SECONDS = 2;
    private static final long STATUS_SECONDS = 5;

    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    @Override
    public CompletableFuture<IdentifyResponse> identify(String address, IdentifyRequest request) {
        return call(answer -> PeersGrpc.newStub(channel(address))
                .withDeadlineAfter(IDENTIFY_SECONDS, TimeUnit.SECONDS)
                .identify(request, answer));
    }

    @Override
    public CompletableFuture<Void> join(String address, JoinRequest request) {
        return PeerCalls.<JoinResponse>call(answer -> PeersGrpc.newStub(channel(address))
                        .withDeadlineAfter(JOIN_SECONDS, TimeUnit.SECONDS)
                        .join(request, answer))
                .thenApply(joined -> null);
    }

    /** Asks the leader at host:port to put a report into the event log. */
    public CompletableFuture<Void> report(String address, ReportRequest request) {
        return PeerCalls.<ReportResponse>call(answer -> PeersGrpc.newStub(channel(address))
                        .withDeadlineAfter(REPORT_SECONDS, TimeUnit.SECONDS)
                        .report(request, answer))
                .thenApply(told -> null);
    }

    @Override
    public CompletableFuture<FetchEventsResponse> fetchEvents(String address, FetchEventsRequest request) {
        return call(answer -> PeersGrpc.newStub(channel(address))
                .withDeadlineAfter(FETCH_SECONDS, TimeUnit.SECONDS)
                .fetchEvents(request, answer));
    }

    /** Asks any node, also this one through its own port, how it stands. */
    public CompletableFuture<StatusResponse> status(String address) {
        return call(answer -> ClusterGrpc.newStub(channel(address))
                .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance(), answer));
    }

    /** Asks the node at host:port which states it had. */
    public CompletableFuture<FetchDigestsResponse> fetchDigests(String address) {
        return call(answer -> PeersGrpc.newStub(channel(address))
                .withDeadlineAfter(FETCH_SECONDS, TimeUnit.SECONDS)
                .fetchDigests(FetchDigestsRequest.getDefaultInstance(), answer));
    }

    private ManagedChannel channel(String address) {
        ManagedChannel channel = channels.computeIfAbsent(
                address,
                to -> NettyChannelBuilder.forTarget(to)
                        .usePlaintext()
                        .directExecutor()
                        .build());
        // A peer that was not there a moment ago may be there now.
        channel.resetConnectBackoff();
        return channel;
    }

    private static <T> CompletableFuture<T> call(Consumer<StreamObserver<T>> start) {
        CompletableFuture<T> future = new CompletableFuture<>();
        start.accept(new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                future.complete(answer);
            }

            @Override
            public void onError(Throwable failure) {
                future.completeExceptionally(new ReplicaException(Statuses.error(failure)));
            }

            @Override
            public void onCompleted() {}
        });
        return future;
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
