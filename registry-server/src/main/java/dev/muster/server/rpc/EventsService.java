// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.EventValidation;
import dev.muster.core.Rejection;
import dev.muster.server.history.EventHistory;
import dev.muster.server.history.EventTail;
import dev.muster.server.history.TailSink;
import dev.muster.v1.Error;
import dev.muster.v1.EventsGrpc;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The event log, on any node. Thread-safe. */
final class EventsService extends EventsGrpc.EventsImplBase {
    private final EventHistory history;
    private final Reads reads;
    private final Unary unary;

    EventsService(EventHistory history, Reads reads, Unary unary) {
        this.history = history;
        this.reads = reads;
        this.unary = unary;
    }

    @Override
    public void list(ListEventsRequest request, StreamObserver<ListEventsResponse> observer) {
        unary.read(observer, () -> page(request));
    }

    @Override
    public void tail(TailEventsRequest request, StreamObserver<TailEventsResponse> observer) {
        ServerCallStreamObserver<TailEventsResponse> client = (ServerCallStreamObserver<TailEventsResponse>) observer;
        try {
            EventValidation.tail(request);
        } catch (Rejection refusal) {
            client.onError(Statuses.of(refusal));
            return;
        }
        EventTail tail = history.tail(request, new Sink(client));
        client.setOnReadyHandler(tail::ready);
        client.setOnCancelHandler(tail::close);
    }

    private CompletableFuture<ListEventsResponse> page(ListEventsRequest request) {
        EventValidation.list(request);
        return reads.admit(request.getRead())
                .thenCompose(nothing -> history.list(request))
                .thenApply(
                        page -> page.setHeader(reads.header(request.getRead())).build());
    }

    private record Sink(ServerCallStreamObserver<TailEventsResponse> client) implements TailSink {
        @Override
        public boolean isReady() {
            return client.isReady();
        }

        @Override
        public void send(TailEventsResponse frame) {
            client.onNext(frame);
        }

        @Override
        public void fail(Error error) {
            client.onError(Statuses.of(error));
        }
    }
}
