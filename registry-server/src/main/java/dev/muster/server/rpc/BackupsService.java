// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.backup.EntryTail;
import dev.muster.server.replica.Located;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.BackupsGrpc;
import dev.muster.v1.FollowBackupRequest;
import dev.muster.v1.FollowBackupResponse;
import dev.muster.v1.Header;
import dev.muster.v1.Reason;
import dev.muster.v1.SaveBackupRequest;
import dev.muster.v1.SaveBackupResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Backups, on any node: the state is immutable, so it is written while newer ones are made, at the pace of its reader.
 * Thread-safe. A backup has a thread while it is sent, because it waits for its reader; there are few of them.
 */
final class BackupsService extends BackupsGrpc.BackupsImplBase implements AutoCloseable {
    static final int MAX_BACKUPS = 4;

    private static final long IDLE_SECONDS = 10;

    private final NodeInfo node;
    private final Replica replica;
    private final Reads reads;
    private final EntryTail tail;
    private final ExecutorService writers = new ThreadPoolExecutor(
            0,
            MAX_BACKUPS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("muster-backup", true));

    BackupsService(NodeInfo node, Replica replica, Reads reads, EntryTail tail) {
        this.node = node;
        this.replica = replica;
        this.reads = reads;
        this.tail = tail;
    }

    @Override
    public void save(SaveBackupRequest request, StreamObserver<SaveBackupResponse> observer) {
        ServerCallStreamObserver<SaveBackupResponse> client = (ServerCallStreamObserver<SaveBackupResponse>) observer;
        PacedReader<SaveBackupResponse> reader = new PacedReader<>(client);
        try {
            Validation.read(request.getRead());
            CompletableFuture<Void> admitted =
                    reads.admit(request.getRead()).orTimeout(Unary.nanosLeft(), TimeUnit.NANOSECONDS);
            var unused = admitted.whenComplete((nothing, failure) -> {
                if (failure == null) {
                    begin(reader, () -> save(reader));
                } else {
                    reader.fail(failure);
                }
            });
        } catch (Rejection refusal) {
            reader.fail(refusal);
        }
    }

    @Override
    public void follow(FollowBackupRequest request, StreamObserver<FollowBackupResponse> observer) {
        PacedReader<FollowBackupResponse> reader =
                new PacedReader<>((ServerCallStreamObserver<FollowBackupResponse>) observer);
        begin(reader, () -> new FollowStream(node.groupId(), replica, tail, reader).run(request.getResumeToken()));
    }

    private interface Work {
        void run() throws IOException;
    }

    private void begin(PacedReader<?> reader, Work work) {
        try {
            writers.execute(() -> run(reader, work));
        } catch (RejectedExecutionException tooMany) {
            reader.fail(ReplicaException.of(
                    Reason.REASON_LIMIT,
                    "node " + node.node() + " makes " + MAX_BACKUPS
                            + " backups already; try again, or at another node"));
        }
    }

    private void run(PacedReader<?> reader, Work work) {
        try {
            if (replica.state().clusterId().isEmpty()) {
                throw ReplicaException.of(
                        Reason.REASON_UNAVAILABLE, "node " + node.node() + " has no part in a cluster yet; try again");
            }
            work.run();
            reader.end();
        } catch (IOException | RuntimeException e) {
            reader.fail(e);
        }
    }

    private void save(PacedReader<SaveBackupResponse> reader) throws IOException {
        Located located = replica.located();
        Header header = located.state().header(0);
        try (ChunkedOutput out = new ChunkedOutput(chunk -> reader.send(SaveBackupResponse.newBuilder()
                .setHeader(header)
                .setChunk(chunk)
                .build()))) {
            SnapshotCodec.write(
                    located.state(), new SnapshotCodec.Position(node.groupId(), located.term(), located.index()), out);
        }
    }

    /** Backups under way end with an error. */
    @Override
    public void close() {
        writers.shutdownNow();
    }
}
