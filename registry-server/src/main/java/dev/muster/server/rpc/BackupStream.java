// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Header;
import dev.muster.v1.Reason;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What is written to it goes to the client in chunks, as fast as that takes them: at most one chunk waits here. Written to
 * by one thread; told by any that the client takes more.
 */
final class BackupStream extends OutputStream {
    static final int CHUNK_BYTES = 256 * 1024;
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ServerCallStreamObserver<SaveBackupResponse> client;
    private final ByteString.Output chunk = ByteString.newOutput(CHUNK_BYTES);
    private Header header = Header.getDefaultInstance();

    BackupStream(ServerCallStreamObserver<SaveBackupResponse> client) {
        this.client = client;
        client.setOnReadyHandler(this::wake);
        client.setOnCancelHandler(this::wake);
    }

    /** What comes stands there. */
    void begin(Header stands) {
        header = stands;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, CHUNK_BYTES - chunk.size());
            chunk.write(bytes, offset + done, part);
            done += part;
            if (chunk.size() == CHUNK_BYTES) {
                send();
            }
        }
    }

    /** The backup is whole. */
    void end() throws IOException {
        if (chunk.size() > 0) {
            send();
        }
        client.onCompleted();
    }

    /** There will be no more. */
    void fail(Throwable failure) {
        if (!client.isCancelled()) {
            client.onError(Statuses.of(failure));
        }
    }

    private void send() throws IOException {
        awaitReader();
        client.onNext(SaveBackupResponse.newBuilder()
                .setHeader(header)
                .setChunk(chunk.toByteString())
                .build());
        chunk.reset();
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
                throw ReplicaException.of(Reason.REASON_UNAVAILABLE, "the node stops; begin again at another one");
            }
        }
    }

    private synchronized void wake() {
        notifyAll();
    }
}
