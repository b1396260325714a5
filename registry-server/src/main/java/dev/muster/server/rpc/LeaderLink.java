// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.server.replica.Freshness;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.ReplicaListener;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.ConfirmRequest;
import dev.muster.v1.ConfirmResponse;
import dev.muster.v1.Reason;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * This node's connections to the client ports of the others, of which it needs the leader's: to pass calls on, and to
 * ask how far history is. Thread-safe; nothing blocks.
 */
final class LeaderLink implements Freshness.LeaderConfirm, ReplicaListener, AutoCloseable {
    private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(3);

    private final KnownLeader leader;
    private final Function<String, ManagedChannel> connect;
    private final Map<String, ChannelPool> pools = new ConcurrentHashMap<>();

    /** {@code connect} makes a channel to a host:port. */
    LeaderLink(KnownLeader leader, Function<String, ManagedChannel> connect) {
        this.leader = leader;
        this.connect = connect;
    }

    /** A place for one call to the node at the address; to be closed when the call ended. */
    ChannelPool.Lease take(String address) {
        return pools.computeIfAbsent(address, to -> new ChannelPool(() -> connect.apply(to)))
                .take();
    }

    @Override
    public CompletableFuture<Freshness.Point> confirm() {
        return leader.await().thenCompose(known -> {
            if (known.leads() || known.leaderAddress().isEmpty()) {
                return CompletableFuture.failedFuture(ReplicaException.of(
                        Reason.REASON_UNAVAILABLE,
                        known.leads() ? "leadership just moved here; try again" : "no leader is known; try again"));
            }
            return ask(known.leaderAddress());
        });
    }

    /** After an election the leader is worth a try at once, whatever its address answered before. */
    @Override
    public void onLeadership(Leadership leadership) {
        ChannelPool pool = pools.get(leadership.leaderAddress());
        if (pool != null) {
            pool.connectNow();
        }
    }

    @Override
    public void close() {
        pools.values().forEach(ChannelPool::close);
    }

    private CompletableFuture<Freshness.Point> ask(String address) {
        ChannelPool.Lease place = take(address);
        CompletableFuture<Freshness.Point> point = new CompletableFuture<>();
        var unused = point.whenComplete((answer, failure) -> place.close());
        ClusterGrpc.newStub(place.channel())
                .withDeadlineAfter(CONFIRM_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .confirm(ConfirmRequest.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(ConfirmResponse response) {
                        point.complete(new Freshness.Point(
                                response.getHeader().getEpochId(),
                                response.getHeader().getRevision()));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        point.completeExceptionally(new ReplicaException(Statuses.error(failure)));
                    }

                    @Override
                    public void onCompleted() {
                        point.completeExceptionally(ReplicaException.of(
                                Reason.REASON_UNAVAILABLE, "the leader at " + address + " did not answer; try again"));
                    }
                });
        return point;
    }
}
