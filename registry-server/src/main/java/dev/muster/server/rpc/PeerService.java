// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.JoinResponse;
import dev.muster.internal.v1.PeersGrpc;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.internal.v1.ReportResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** What nodes ask each other beside Raft. Thread-safe. */
final class PeerService extends PeersGrpc.PeersImplBase {
    private final PeerDirectory peers;
    private final Unary unary;

    PeerService(PeerDirectory peers, Unary unary) {
        this.peers = peers;
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
}
