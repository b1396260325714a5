// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.internal.Failures.Broken;
import dev.muster.v1.BackupsGrpc;
import dev.muster.v1.Reason;
import dev.muster.v1.SaveBackupRequest;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one backup, one after the other: the next is asked for when the one before was taken, so one at most
 * waits here. Read by one thread; filled by gRPC's.
 */
final class BackupReceiver implements ClientResponseObserver<SaveBackupRequest, SaveBackupResponse>, AutoCloseable {
    /** A message, the regular end, or why there are no more. */
    private record Item(
            @Nullable SaveBackupResponse message, @Nullable Broken broken) {}

    private final BlockingQueue<Item> arrived = new LinkedBlockingQueue<>();
    private final Duration patience;
    private @Nullable ClientCallStreamObserver<SaveBackupRequest> call;
    private @Nullable Item end;

    private BackupReceiver(Duration patience) {
        this.patience = patience;
    }

    static BackupReceiver open(Channel channel, SaveBackupRequest request, Duration patience) {
        BackupReceiver receiver = new BackupReceiver(patience);
        BackupsGrpc.newStub(channel).save(request, receiver);
        return receiver;
    }

    /** The next message; null at the end, whichever it is. */
    @Nullable
    SaveBackupResponse next() {
        if (end != null) {
            return null;
        }
        Item item = await();
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
        Item last = end;
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

    private Item await() {
        try {
            Item item = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            return item != null ? item : silent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MusterException(
                    MusterException.Reason.UNAVAILABLE, Fate.NOT_APPLIED, "interrupted while taking a backup", 0, e);
        }
    }

    private Item silent() {
        close();
        return new Item(
                null,
                new Broken(
                        Failures.error(
                                Reason.REASON_UNAVAILABLE, "nothing of the backup for " + patience.toMillis() + " ms"),
                        false,
                        true));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SaveBackupRequest> started) {
        call = started;
        started.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(SaveBackupResponse message) {
        arrived.add(new Item(message, null));
    }

    @Override
    public void onError(Throwable thrown) {
        arrived.add(new Item(null, Failures.broken(thrown)));
    }

    @Override
    public void onCompleted() {
        arrived.add(new Item(null, null));
    }
}
