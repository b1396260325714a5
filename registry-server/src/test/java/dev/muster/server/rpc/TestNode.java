// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.SingleReplica;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.LeasesGrpc;
import dev.muster.v1.RegistryGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A node at a real loopback port, with a channel to it. */
final class TestNode implements AutoCloseable {
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final RpcServer server;
    final Replica replica;
    final ManagedChannel channel;
    private final ExecutorService applying;

    private TestNode(String name, Function<RpcServer, Replica> replica, ExecutorService applying, int maxConnections) {
        this.applying = applying;
        NodeInfo info = new NodeInfo(name, "disk-" + name, "group-1", "1.0-test");
        this.server = RpcServer.open(
                new RpcConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), maxConnections, 2),
                info,
                new Peers(name),
                (task, cause) -> failures.add(cause));
        this.replica = replica.apply(server);
        server.serve(this.replica);
        this.channel = connect();
    }

    /** A leader that stands alone. */
    static TestNode leader() {
        return leader(10_000);
    }

    static TestNode leader(int maxConnections) {
        ExecutorService applying = Executors.newSingleThreadExecutor();
        return new TestNode(
                "node-1",
                rpc -> Replicas.start(
                        new Peer("node-1", "disk-1", "127.0.0.1:1", "127.0.0.1:" + rpc.port()), s -> s, applying),
                applying,
                maxConnections);
    }

    /** A node with any replica. */
    static TestNode of(Replica replica) {
        return new TestNode(replica.node(), rpc -> replica, Executors.newSingleThreadExecutor(), 10_000);
    }

    String address() {
        return "127.0.0.1:" + server.port();
    }

    SingleReplica single() {
        return (SingleReplica) replica;
    }

    /** A further connection. */
    ManagedChannel connect() {
        return NettyChannelBuilder.forTarget(address())
                .usePlaintext()
                .maxInboundMessageSize(64 * 1024 * 1024)
                .build();
    }

    RegistryGrpc.RegistryBlockingStub registry() {
        return RegistryGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    LeasesGrpc.LeasesBlockingStub leases() {
        return LeasesGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
        replica.close();
        applying.shutdown();
    }

    /** Answers whoever asks. */
    record Peers(String name) implements PeerDirectory {
        @Override
        public IdentifyResponse identify(IdentifyRequest request) {
            return IdentifyResponse.newBuilder().setNode(name).build();
        }

        @Override
        public CompletableFuture<Void> join(JoinRequest request) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> report(ReportRequest request) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public FetchDigestsResponse digests() {
            return FetchDigestsResponse.newBuilder().setNode(name).build();
        }
    }
}
