// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.server.lease.KeepAlives;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.Reason;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.SessionsGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Session streams: pipelined requests of one client process each. When this node loses leadership, every stream is told
 * where to go and closed. Thread-safe.
 */
final class SessionService extends SessionsGrpc.SessionsImplBase implements ReplicaListener, AutoCloseable {
    /**
     * What a stream needs of the node.
     *
     * @param executor for what waits for others
     * @param ownThread the executor that the calling thread works for: a stream sends where it receives
     */
    record Needs(
            NodeInfo node,
            Replica replica,
            Reads reads,
            KeepAlives keepAlives,
            Executor executor,
            Supplier<Executor> ownThread) {}

    private final Needs needs;
    private final Set<SessionStream> streams = ConcurrentHashMap.newKeySet();

    SessionService(Needs needs) {
        this.needs = needs;
    }

    @Override
    public StreamObserver<ClientFrame> open(StreamObserver<ServerFrame> observer) {
        SessionStream stream = new SessionStream(
                needs, Caller.current(), (ServerCallStreamObserver<ServerFrame>) observer, streams::remove);
        streams.add(stream);
        stream.start();
        return stream;
    }

    @Override
    public void onLeadership(Leadership leadership) {
        if (!leadership.leads()) {
            needs.executor().execute(() -> streams.forEach(SessionStream::leadershipLost));
        }
    }

    /** The node stops: every stream is told to go elsewhere. */
    @Override
    public void close() {
        streams.forEach(stream ->
                stream.end(Statuses.error(Reason.REASON_UNAVAILABLE, "this node stops; go on at another one")));
    }
}
