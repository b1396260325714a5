// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.Reason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one call, one after the other: the next is asked for when the one before was taken, so one at most
 * waits here. Read by one thread; filled by gRPC's.
 */
final class BackupReceiver<Q, R> implements ClientResponseObserver<Q, R>, AutoCloseable {
    /** A message, the regular end, or why there are no more. */
    private record Item<R>(@Nullable R message, @Nullable Broken broken) {}

    private final BlockingQueue<Item<R>> arrived = new LinkedBlockingQueue<>();
    private final Duration patience;
    private @Nullable ClientCallStreamObserver<Q> call;
    private @Nullable Item<R> end;

    private BackupReceiver(Duration patience) {
        this.patience = patience;
    }

    static <Q, R> BackupReceiver<Q, R> open(
            Channel channel, MethodDescriptor<Q, R> method, Q request, Duration patience) {
        BackupReceiver<Q, R> receiver = new BackupReceiver<>(patience);
        ClientCalls.asyncServerStreamingCall(channel.newCall(method, CallOptions.DEFAULT), request, receiver);
        return receiver;
    }

    /** The next message; null at the end, whichever it is. */
    @Nullable
    R next() {
        if (end != null) {
            return null;
        }
        Item<R> item = await();
        if (item.message == null) {
            end = item;
        } else if (call != null) {
            call.request(1);
        }
        return item.message;
    }

    /** Whether the node said that this was all. */
    boolean isWhole() {
        return end != null && end.broken == null;
    }

    /** Why there are no more messages than these. */
    Broken broken() {
        Item<R> last = end;
        return last != null && last.broken != null
                ? last.broken
                : new Broken(Failures.error(Reason.REASON_UNAVAILABLE, "an empty backup"), true, true);
    }

    @Override
    public void close() {
        if (call != null && end == null) {
            call.cancel("the backup is not taken any further", null);
        }
    }

    private Item<R> await() {
        try {
            Item<R> item = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return item != null ? item : silent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MusterException(
                    MusterException.Reason.UNAVAILABLE, Fate.NOT_APPLIED, "interrupted while taking a backup", 0, e);
        }
    }

    private Item<R> silent() {
        close();
        return new Item<>(
                null,
                new Broken(
                        Failures.error(
                                Reason.REASON_UNAVAILABLE, "nothing of the backup for " + patience.toMillis() + " ms"),
                        false,
                        true));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> started) {
        call = started;
        started.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(R message) {
        arrived.add(new Item<>(message, null));
    }

    @Override
    public void onError(Throwable thrown) {
        arrived.add(new Item<>(null, Failures.broken(thrown)));
    }

    @Override
    public void onCompleted() {
        arrived.add(new Item<>(null, null));
    }
}
