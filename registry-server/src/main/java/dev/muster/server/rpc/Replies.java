// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.v1.Error;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.ServerFrame;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a session stream: whatever is ready when a frame can be sent goes into that frame. Any thread may add;
 * one task at a time sends, in the executor, so that the thread that applies commands only puts into a queue.
 */
final class Replies {
    /** A frame is sent once it is that large; a larger reply has a frame for itself. */
    private static final int FRAME_BYTES = 64 * 1024;

    /** Part of a frame, made when the frame is. */
    @FunctionalInterface
    interface Part extends Consumer<ServerFrame.Builder> {}

    private final ServerCallStreamObserver<ServerFrame> client;
    private final Executor executor;
    private final IntConsumer sent;
    private final Queue<Part> ready = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<KeepAliveResponse>> keepAlives = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicReference<@Nullable Error> end = new AtomicReference<>();
    private volatile @Nullable IntSupplier open;

    /** Belongs to the sending task. */
    private boolean finished;

    private volatile boolean dropped;

    /** {@code sent} is told how many replies left with each frame; a hello counts for none. */
    Replies(ServerCallStreamObserver<ServerFrame> client, Executor executor, IntConsumer sent) {
        this.client = client;
        this.executor = executor;
        this.sent = sent;
    }

    void add(Part part) {
        ready.add(part);
        wake();
    }

    /** Answers of keep-alives leave in the order of the frames that asked. */
    void addInOrder(CompletableFuture<KeepAliveResponse> answer) {
        keepAlives.add(answer);
        var unused = answer.whenComplete((response, failure) -> wake());
    }

    /** Sends what is ready, then the reason, then ends the stream. Only the first reason counts. */
    void end(Error why) {
        end.compareAndSet(null, why);
        wake();
    }

    /** Ends the stream as soon as nothing is open any more. */
    void finishWhenEmpty(IntSupplier stillOpen) {
        open = stillOpen;
        wake();
    }

    /** The client has gone. */
    void drop() {
        dropped = true;
        wake();
    }

    /** Something is ready, or the client takes frames again. */
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            executor.execute(this::send);
        }
    }

    private void send() {
        int seen = wakes.get();
        do {
            sendWhileReady();
            seen = wakes.addAndGet(-seen);
        } while (seen != 0);
    }

    private void sendWhileReady() {
        if (dropped) {
            ready.clear();
            keepAlives.clear();
            return;
        }
        try {
            while (!finished && client.isReady() && sendFrame()) {
                // The frame left; there may be another one.
            }
            finishIfDone();
        } catch (RuntimeException defect) {
            finished = true;
            client.onError(Statuses.of(defect));
        }
    }

    private boolean sendFrame() {
        ServerFrame.Builder frame = ServerFrame.newBuilder();
        int bytes = 0;
        for (Part part = ready.poll(); part != null; part = bytes < FRAME_BYTES ? ready.poll() : null) {
            part.accept(frame);
            bytes += frame.getRepliesCount() == 0
                    ? 0
                    : frame.getReplies(frame.getRepliesCount() - 1).getSerializedSize();
        }
        CompletableFuture<KeepAliveResponse> first = keepAlives.peek();
        if (first != null && first.isDone() && !first.isCompletedExceptionally()) {
            frame.setKeepAlive(first.join());
            keepAlives.remove();
        }
        int count = frame.getRepliesCount() + (frame.hasKeepAlive() ? 1 : 0);
        if (count == 0 && !frame.hasHello()) {
            return false;
        }
        client.onNext(frame.build());
        sent.accept(count);
        return true;
    }

    private void finishIfDone() {
        Error why = end.get();
        IntSupplier stillOpen = open;
        if (finished) {
            return;
        }
        if (why != null && client.isReady()) {
            finished = true;
            client.onNext(ServerFrame.newBuilder().setEnd(why).build());
            client.onCompleted();
        } else if (why == null && stillOpen != null && ready.isEmpty() && stillOpen.getAsInt() == 0) {
            finished = true;
            client.onCompleted();
        }
    }
}
