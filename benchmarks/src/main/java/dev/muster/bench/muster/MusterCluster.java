// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.CachedLookup;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.PatientWriter;
import dev.muster.bench.system.Ports;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Watches;
import dev.muster.client.MusterClient;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.Role;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import dev.muster.v1.TakeSnapshotRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Muster as its launcher starts it, with the preset {@code local}. */
public final class MusterCluster implements Cluster {
    /** With the preset {@code local}. */
    public static final Kind KIND = new Kind() {
        @Override
        public String title() {
            return "Muster";
        }

        @Override
        public @Nullable String missing() {
            return null;
        }

        @Override
        public Cluster start(Path folder) throws Exception {
            return Cluster.serving(new MusterCluster(folder));
        }
    };

    private static final int BASE = 27440;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Node> nodes = new ArrayList<>();
    private final List<ManagedChannel> admin = new ArrayList<>();

    private MusterCluster(Path folder) throws Exception {
        String launcher = System.getProperty("muster.launcher");
        for (int node : Ports.nodes()) {
            String name = "n" + (node + 1);
            nodes.add(Node.start(
                    Node.Machine.JVM,
                    name,
                    folder.resolve(name + ".log"),
                    Map.of("MUSTER_HEAP", Node.HEAP),
                    List.of(
                            launcher,
                            "server",
                            "--node=" + name,
                            "--data=" + folder.resolve(name),
                            "--listen=" + address(node),
                            "--peers=" + Ports.joined(i -> "n" + (i + 1) + "=" + address(i)),
                            "--preset=local")));
            admin.add(channel(Ports.of(BASE, node)));
        }
    }

    private static String address(int node) {
        return "127.0.0.1:" + Ports.of(BASE, node);
    }

    static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    private static MusterClient client() {
        return MusterClient.builder()
                .clientName("benchmark")
                .endpoints(Ports.nodes().stream().map(MusterCluster::address).toArray(String[]::new))
                .requestTimeout(PATIENCE)
                .connect();
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        StatusResponse now = status(node);
        return now.getReady() && now.getRole() == Role.ROLE_LEADER;
    }

    @Override
    public boolean hasCaughtUp(int node, int leader) {
        StatusResponse now = status(node);
        return now.getReady() && now.getAppliedIndex() >= status(leader).getAppliedIndex();
    }

    private StatusResponse status(int node) {
        // A node that was away is asked as soon as it listens.
        admin.get(node).resetConnectBackoff();
        return ClusterGrpc.newBlockingStub(admin.get(node))
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    @Override
    public Target connect() {
        return new MusterTarget(client());
    }

    @Override
    public PatientWriter writer() {
        return new MusterWriter(client());
    }

    @Override
    public Watches watches() throws Exception {
        return new MusterWatches(Ports.of(BASE, leader()));
    }

    @Override
    public Leases leases() throws Exception {
        return new MusterLeases(Ports.of(BASE, leader()));
    }

    @Override
    public CachedLookup cache(int services, int instancesEach) {
        return MusterCache.fill(MusterCluster::client, services, instancesEach);
    }

    @Override
    public boolean snapshot(int node) {
        var unused =
                ClusterGrpc.newBlockingStub(admin.get(node)).takeSnapshot(TakeSnapshotRequest.getDefaultInstance());
        return true;
    }

    @Override
    public void close() {
        admin.forEach(ManagedChannel::shutdownNow);
        nodes.parallelStream().forEach(Node::stop);
    }
}
