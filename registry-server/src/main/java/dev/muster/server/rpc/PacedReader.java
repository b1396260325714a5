// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A client that is sent messages as fast as it takes them, by one thread that waits for it: no message waits here.
 */
final class PacedReader<T> {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ServerCallStreamObserver<T> client;

    /** On the thread of the call, as long as it may set handlers. */
    PacedReader(ServerCallStreamObserver<T> client) {
        this.client = client;
        client.setOnReadyHandler(this::wake);
        client.setOnCancelHandler(this::wake);
    }

    /** Sends it once the client takes it. */
    void send(T message) throws IOException {
        awaitReader();
        client.onNext(message);
    }

    /** That was all. */
    void end() {
        client.onCompleted();
    }

    /** There will be no more. */
    void fail(Throwable failure) {
        if (!client.isCancelled()) {
            client.onError(Statuses.of(failure));
        }
    }

    /** Whether the client has gone. */
    boolean hasGone() {
        return client.isCancelled();
    }

    private synchronized void awaitReader() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!client.isReady()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (client.isCancelled()) {
                throw new IOException("the reader of the backup has gone");
            }
            if (left <= 0) {
                throw ReplicaException.of(
                        Reason.REASON_UNAVAILABLE,
                        "the reader of the backup took nothing for " + PATIENCE.toSeconds() + " s; begin again");
            }
            try {
                wait(left);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw stops();
            }
        }
    }

    /** Why a backup under way ends with the node. */
    static ReplicaException stops() {
        return ReplicaException.of(Reason.REASON_UNAVAILABLE, "the node stops; go on at another one");
    }

    private synchronized void wake() {
        notifyAll();
    }
}
