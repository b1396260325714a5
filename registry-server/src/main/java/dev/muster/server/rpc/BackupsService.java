// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.core.Rejection;
import dev.muster.core.Validation;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.replica.Located;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.BackupsGrpc;
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
    static final int MAX_BACKUPS = 2;

    private static final long IDLE_SECONDS = 10;

    private final NodeInfo node;
    private final Replica replica;
    private final Reads reads;
    private final ExecutorService writers = new ThreadPoolExecutor(
            0,
            MAX_BACKUPS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("muster-backup", true));

    BackupsService(NodeInfo node, Replica replica, Reads reads) {
        this.node = node;
        this.replica = replica;
        this.reads = reads;
    }

    @Override
    public void save(SaveBackupRequest request, StreamObserver<SaveBackupResponse> observer) {
        ServerCallStreamObserver<SaveBackupResponse> client = (ServerCallStreamObserver<SaveBackupResponse>) observer;
        BackupStream stream = new BackupStream(client);
        try {
            Validation.read(request.getRead());
            CompletableFuture<Void> admitted =
                    reads.admit(request.getRead()).orTimeout(Unary.nanosLeft(), TimeUnit.NANOSECONDS);
            var unused = admitted.whenComplete((nothing, failure) -> {
                if (failure == null) {
                    begin(stream);
                } else {
                    stream.fail(failure);
                }
            });
        } catch (Rejection refusal) {
            stream.fail(refusal);
        }
    }

    private void begin(BackupStream stream) {
        try {
            writers.execute(() -> write(stream));
        } catch (RejectedExecutionException tooMany) {
            stream.fail(ReplicaException.of(
                    Reason.REASON_LIMIT,
                    "node " + node.node() + " makes " + MAX_BACKUPS
                            + " backups already; try again, or at another node"));
        }
    }

    private void write(BackupStream stream) {
        try {
            Located located = replica.located();
            if (located.state().clusterId().isEmpty()) {
                throw ReplicaException.of(
                        Reason.REASON_UNAVAILABLE, "node " + node.node() + " has no part in a cluster yet; try again");
            }
            stream.begin(located.state().header(0));
            SnapshotCodec.write(
                    located.state(),
                    new SnapshotCodec.Position(node.groupId(), located.term(), located.index()),
                    stream);
            stream.end();
        } catch (IOException | RuntimeException e) {
            stream.fail(e);
        }
    }

    /** Backups under way end with an error. */
    @Override
    public void close() {
        writers.shutdownNow();
    }
}
