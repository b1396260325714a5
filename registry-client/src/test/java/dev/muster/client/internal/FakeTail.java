// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.v1.Error;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/** One feed of events as its node sees it. */
final class FakeTail {
    final TailEventsRequest request;
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ServerCallStreamObserver<TailEventsResponse> out;

    FakeTail(TailEventsRequest request, ServerCallStreamObserver<TailEventsResponse> out) {
        this.request = request;
        this.out = out;
        out.setOnCancelHandler(() -> ended.complete(null));
    }

    /** The token of a copy that has all up to this event. */
    static ByteString token(long last) {
        return ByteString.copyFromUtf8("behind " + last);
    }

    static Event event(long sequence) {
        return Event.newBuilder()
                .setSequence(sequence)
                .setRevision(sequence)
                .setTimeMillis(1_000 * sequence)
                .setType(EventType.EVENT_TYPE_NODE_REPORT)
                .setCause("event " + sequence)
                .build();
    }

    /** Sends events in one frame, both included; none when the last one is before the first. */
    void send(long first, long last) {
        TailEventsResponse.Builder frame = TailEventsResponse.newBuilder().setResumeToken(token(last));
        LongStream.rangeClosed(first, last).forEach(sequence -> frame.addEvents(event(sequence)));
        synchronized (out) {
            out.onNext(frame.build());
        }
    }

    void fail(Error error) {
        synchronized (out) {
            out.onError(FakeNode.failure(error));
        }
    }
}
