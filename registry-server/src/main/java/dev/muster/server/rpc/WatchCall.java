// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.server.rpc.WatchService.Needs;
import dev.muster.server.watch.WatchSink;
import dev.muster.server.watch.WatchStream;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchHelloReply;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One stream of watches at the wire: requests one at a time, each after the one before is done and while the client
 * reads, so that a flood of requests finds no queue to fill.
 */
final class WatchCall implements StreamObserver<WatchRequest>, WatchSink {
    private final Needs needs;
    private final ServerCallStreamObserver<ByteString> client;
    private final WatchStream stream;
    private boolean greeted;

    WatchCall(Needs needs, ServerCallStreamObserver<ByteString> client) {
        this.needs = needs;
        this.client = client;
        this.stream = needs.hub().open(this);
    }

    void start() {
        client.disableAutoRequest();
        client.setOnReadyHandler(stream::ready);
        client.setOnCancelHandler(stream::close);
        client.request(1);
    }

    @Override
    public void onNext(WatchRequest request) {
        try {
            take(request);
        } catch (Rejection refusal) {
            stream.end(refusal.error());
        }
    }

    @Override
    public void onError(Throwable gone) {
        stream.close();
    }

    @Override
    public void onCompleted() {
        stream.complete();
    }

    @Override
    public boolean isReady() {
        return client.isReady();
    }

    @Override
    public void send(ByteString frame) {
        client.onNext(frame);
    }

    @Override
    public void takeNext() {
        client.request(1);
    }

    @Override
    public void complete() {
        client.onCompleted();
    }

    @Override
    public void fail(Error error) {
        client.onError(Statuses.of(error));
    }

    private void take(WatchRequest request) {
        boolean hello = request.getRequestCase() == WatchRequest.RequestCase.HELLO;
        if (hello == greeted) {
            throw Rejection.invalid("hello", hello, "in the first request, and only there");
        }
        switch (request.getRequestCase()) {
            case HELLO -> greet(request.getHello());
            case SUBSCRIBE -> stream.subscribe(request.getSubscribe());
            case UNSUBSCRIBE -> stream.unsubscribe(request.getUnsubscribe().getWatch());
            case REQUEST_NOT_SET -> throw Rejection.invalid("request", "", "hello, subscribe or unsubscribe");
        }
    }

    private void greet(WatchHello hello) {
        Validation.clientName(hello.getClientName());
        long age = needs.freshness().ageMillis();
        RegistryState state = needs.replica().state();
        if (!hello.getClusterId().isEmpty() && !hello.getClusterId().equals(state.clusterId())) {
            throw Rejection.of(
                    Reason.REASON_WRONG_CLUSTER, "cluster_id: another cluster than this one, " + state.clusterId());
        }
        greeted = true;
        stream.greet(WatchResponse.newBuilder()
                .setHello(WatchHelloReply.newBuilder()
                        .setHeader(state.header(age))
                        .setClusterId(state.clusterId())
                        .setNode(needs.node().node())
                        .setVersion(needs.node().version())
                        .setFeatureLevel(state.featureLevel()))
                .build());
    }
}
