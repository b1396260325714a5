// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** Both ends of a stream as a test sees them: what was sent can be taken, the end can be awaited. */
final class TestStream<S, R> implements StreamObserver<R> {
    private static final long PATIENCE_SECONDS = 10;

    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final BlockingQueue<R> received = new LinkedBlockingQueue<>();
    private final StreamObserver<S> out;

    TestStream(Function<StreamObserver<R>, StreamObserver<S>> open) {
        this.out = open.apply(this);
    }

    void send(S message) {
        out.onNext(message);
    }

    void finish() {
        out.onCompleted();
    }

    void cancel() {
        out.onError(new IllegalStateException("the test has gone"));
    }

    R take() {
        try {
            R next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came; the stream ended: " + ended);
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next one that is like that; others are passed over. */
    R take(Predicate<R> wanted) {
        R next = take();
        while (!wanted.test(next)) {
            next = take();
        }
        return next;
    }

    List<R> drain() {
        List<R> all = new ArrayList<>();
        received.drainTo(all);
        return all;
    }

    @Override
    public void onNext(R message) {
        received.add(message);
    }

    @Override
    public void onError(Throwable failure) {
        ended.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        ended.complete(null);
    }
}
