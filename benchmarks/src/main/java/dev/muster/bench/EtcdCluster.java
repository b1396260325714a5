// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.muster.bench.etcd.KVGrpc;
import dev.muster.bench.etcd.LeaseGrantRequest;
import dev.muster.bench.etcd.LeaseGrpc;
import dev.muster.bench.etcd.MaintenanceGrpc;
import dev.muster.bench.etcd.PutRequest;
import dev.muster.bench.etcd.RangeRequest;
import dev.muster.bench.etcd.StatusRequest;
import dev.muster.bench.etcd.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * etcd with its defaults, as the package of the distribution installs it. The client speaks to the leader over a few
 * connections, as its documentation advises for load, and spreads its keys over many leases: etcd walks all keys of a
 * lease at each write.
 */
final class EtcdCluster implements Cluster {
    private static final int BASE = 27540;
    private static final int CONNECTIONS = 4;
    private static final int LEASES = 1000;
    private static final int LEASE_SECONDS = 3600;

    private final List<Node> nodes = new ArrayList<>();
    private final List<ManagedChannel> admin = new ArrayList<>();

    static final Kind KIND = new Kind() {
        @Override
        public String title() {
            return "etcd";
        }

        @Override
        public @Nullable String missing() {
            return Files.isExecutable(Path.of("/usr/bin/etcd"))
                    ? null
                    : "/usr/bin/etcd is not installed (Debian package etcd-server)";
        }

        @Override
        public Cluster start(Path folder) throws Exception {
            return new EtcdCluster(folder);
        }
    };

    private EtcdCluster(Path folder) throws Exception {
        for (int node : Ports.nodes()) {
            String name = "n" + (node + 1);
            String client = "http://127.0.0.1:" + Ports.of(BASE, node);
            String peer = "http://127.0.0.1:" + (Ports.of(BASE, node) + 1);
            nodes.add(Node.start(
                    name,
                    folder.resolve(name + ".log"),
                    Map.of(),
                    List.of(
                            "/usr/bin/etcd",
                            "--name=" + name,
                            "--data-dir=" + folder.resolve(name),
                            "--listen-client-urls=" + client,
                            "--advertise-client-urls=" + client,
                            "--listen-peer-urls=" + peer,
                            "--initial-advertise-peer-urls=" + peer,
                            "--initial-cluster="
                                    + Ports.joined(i -> "n" + (i + 1) + "=http://127.0.0.1:" + (Ports.of(BASE, i) + 1)),
                            "--initial-cluster-state=new",
                            "--log-level=error")));
            admin.add(channel(node));
        }
        leader();
    }

    private static ManagedChannel channel(int node) {
        return NettyChannelBuilder.forAddress("127.0.0.1", Ports.of(BASE, node))
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        StatusResponse status = MaintenanceGrpc.newBlockingStub(admin.get(node))
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
        return status.getLeader() != 0
                && status.getLeader() == status.getHeader().getMemberId();
    }

    @Override
    public Target connect() throws Exception {
        int leader = leader();
        List<ManagedChannel> channels = new ArrayList<>();
        List<KVGrpc.KVFutureStub> stubs = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            channels.add(channel(leader));
            stubs.add(KVGrpc.newFutureStub(channels.get(i)));
        }
        List<Long> leases = new ArrayList<>();
        for (int i = 0; i < LEASES; i++) {
            leases.add(LeaseGrpc.newBlockingStub(channels.get(0))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build())
                    .getID());
        }
        AtomicInteger turn = new AtomicInteger();
        return new Target() {
            private KVGrpc.KVFutureStub next() {
                return stubs.get(Math.floorMod(turn.getAndIncrement(), CONNECTIONS));
            }

            @Override
            public CompletableFuture<?> register(String service, String id, byte[] payload) {
                return future(next().put(PutRequest.newBuilder()
                        .setKey(key(service, id))
                        .setValue(ByteString.copyFrom(payload))
                        .setLease(leases.get(Math.floorMod(turn.get(), LEASES)))
                        .build()));
            }

            @Override
            public CompletableFuture<?> lookupOne(String service, String id) {
                return future(next().range(RangeRequest.newBuilder()
                                .setKey(key(service, id))
                                .build()))
                        .thenApply(found -> {
                            if (found.getKvsCount() != 1) {
                                throw new IllegalStateException(service + "/" + id + " is not there");
                            }
                            return found;
                        });
            }

            @Override
            public CompletableFuture<Integer> lookupService(String service) {
                return future(next().range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("/services/" + service + "/"))
                                .setRangeEnd(ByteString.copyFromUtf8("/services/" + service + "0"))
                                .build()))
                        .thenApply(found -> found.getKvsCount());
            }

            @Override
            public void close() {
                channels.forEach(ManagedChannel::shutdownNow);
            }
        };
    }

    private static ByteString key(String service, String id) {
        return ByteString.copyFrom(("/services/" + service + "/" + id).getBytes(StandardCharsets.US_ASCII));
    }

    private static <T> CompletableFuture<T> future(ListenableFuture<T> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Futures.addCallback(
                call,
                new FutureCallback<T>() {
                    @Override
                    public void onSuccess(@Nullable T result) {
                        future.complete(result);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        future.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return future;
    }

    @Override
    public void close() {
        admin.forEach(ManagedChannel::shutdownNow);
        nodes.parallelStream().forEach(Node::stop);
    }
}
