// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.muster;

import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.PatientWriter;
import dev.muster.bench.system.Ports;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Watches;
import dev.muster.client.MusterClient;
import dev.muster.client.NodeRole;
import dev.muster.client.NodeStatus;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final Duration LONGEST_SNAPSHOT = Duration.ofMinutes(5);

    private final List<Node> nodes = new ArrayList<>();
    private final MusterClient admin = client(LONGEST_SNAPSHOT);
    private final MusterClient status = client(Duration.ofSeconds(2));

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

    private static MusterClient client(Duration timeout) {
        return MusterClient.builder()
                .clientName("benchmark")
                .endpoints(Ports.nodes().stream().map(MusterCluster::address).toArray(String[]::new))
                .requestTimeout(timeout)
                .connect();
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        NodeStatus now = status(node);
        return now.ready() && now.role() == NodeRole.LEADER;
    }

    @Override
    public boolean hasCaughtUp(int node, int leader) {
        NodeStatus now = status(node);
        return now.ready() && now.appliedIndex() >= status(leader).appliedIndex();
    }

    private NodeStatus status(int node) {
        return status.cluster().status(address(node));
    }

    @Override
    public Target connect() {
        return new MusterTarget(client(PATIENCE));
    }

    @Override
    public PatientWriter writer() {
        return new MusterWriter(client(PATIENCE));
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
    public boolean snapshot(int node) {
        var unused = admin.cluster().takeSnapshot(address(node));
        return true;
    }

    @Override
    public void close() {
        admin.close();
        status.close();
        nodes.parallelStream().forEach(Node::stop);
    }
}
