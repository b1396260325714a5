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
import dev.muster.server.history.EventHistory;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What nodes ask each other beside Raft. Thread-safe. */
final class PeerService extends PeersGrpc.PeersImplBase {
    private final PeerDirectory peers;
    private final @Nullable EventHistory history;
    private final Unary unary;

    /** {@code history} is null as long as the node has no part in a cluster. */
    PeerService(PeerDirectory peers, @Nullable EventHistory history, Unary unary) {
        this.peers = peers;
        this.history = history;
        this.unary = unary;
    }

    @Override
    public void identify(IdentifyRequest request, StreamObserver<IdentifyResponse> observer) {
        unary.read(observer, () -> CompletableFuture.completedFuture(peers.identify(request)));
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> observer) {
        unary.read(observer, () -> peers.join(request).thenApply(nothing -> JoinResponse.getDefaultInstance()));
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
        unary.read(observer, () -> peers.report(request).thenApply(nothing -> ReportResponse.getDefaultInstance()));
    }

    @Override
    public void fetchDigests(FetchDigestsRequest request, StreamObserver<FetchDigestsResponse> observer) {
        unary.read(observer, () -> CompletableFuture.completedFuture(peers.digests()));
    }

    @Override
    public void fetchEvents(FetchEventsRequest request, StreamObserver<FetchEventsResponse> observer) {
        EventHistory kept = history;
        unary.read(
                observer,
                () -> kept == null
                        ? CompletableFuture.failedFuture(ReplicaException.of(
                                Reason.REASON_UNAVAILABLE, "this node starts and has no events yet; ask another one"))
                        : kept.fetch(request));
    }
}
