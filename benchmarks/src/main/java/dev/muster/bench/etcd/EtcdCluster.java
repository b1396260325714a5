// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.etcd;

import dev.muster.bench.etcd.api.MaintenanceGrpc;
import dev.muster.bench.etcd.api.SnapshotRequest;
import dev.muster.bench.etcd.api.StatusRequest;
import dev.muster.bench.etcd.api.StatusResponse;
import dev.muster.bench.system.CachedLookup;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.PatientWriter;
import dev.muster.bench.system.Ports;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Watches;
import io.grpc.ManagedChannel;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** etcd as the package of the distribution installs it, with its defaults or with a short election timeout. */
public final class EtcdCluster implements Cluster {
    /** With its defaults: a heartbeat each 100 ms, an election after 1000 ms. */
    public static final Kind KIND = new Etcds("etcd", List.of());

    /** With a short timing in the ratio of ten that its documentation asks for. */
    public static final Kind SHORT_TIMEOUT =
            new Etcds("etcd 30/300", List.of("--heartbeat-interval=30", "--election-timeout=300"));

    private static final int BASE = 27540;

    private final List<Node> nodes = new ArrayList<>();
    private final List<ManagedChannel> admin = new ArrayList<>();

    private record Etcds(String title, List<String> flags) implements Kind {
        @Override
        public @Nullable String missing() {
            return program().isPresent() ? null : "there is no etcd on the PATH (Debian package etcd-server)";
        }

        @Override
        public Cluster start(Path folder) throws Exception {
            return Cluster.serving(new EtcdCluster(folder, flags));
        }
    }

    private static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private EtcdCluster(Path folder, List<String> flags) throws Exception {
        for (int node : Ports.nodes()) {
            String name = "n" + (node + 1);
            String client = "http://127.0.0.1:" + port(node);
            String peer = "http://127.0.0.1:" + (port(node) + 1);
            List<String> command = new ArrayList<>(List.of(
                    program().orElseThrow().toString(),
                    "--name=" + name,
                    "--data-dir=" + folder.resolve(name),
                    "--listen-client-urls=" + client,
                    "--advertise-client-urls=" + client,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=" + Ports.joined(i -> "n" + (i + 1) + "=http://127.0.0.1:" + (port(i) + 1)),
                    "--initial-cluster-state=new",
                    "--log-level=error"));
            command.addAll(flags);
            nodes.add(Node.start(Node.Machine.NATIVE, name, folder.resolve(name + ".log"), Map.of(), command));
            admin.add(Etcd.channel(port(node)));
        }
    }

    private static int port(int node) {
        return Ports.of(BASE, node);
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) {
        StatusResponse status = status(node);
        return status.getLeader() != 0
                && status.getLeader() == status.getHeader().getMemberId();
    }

    @Override
    public boolean hasCaughtUp(int node, int leader) {
        StatusResponse status = status(node);
        return status.getLeader() != 0
                && status.getRaftAppliedIndex() >= status(leader).getRaftAppliedIndex();
    }

    private StatusResponse status(int node) {
        // A node that was away is asked as soon as it listens.
        admin.get(node).resetConnectBackoff();
        return MaintenanceGrpc.newBlockingStub(admin.get(node))
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    @Override
    public Target connect() throws Exception {
        return new EtcdTarget(port(leader()));
    }

    @Override
    public PatientWriter writer() {
        return new EtcdWriter(Ports.nodes().stream().map(EtcdCluster::port).toList());
    }

    @Override
    public Watches watches() throws Exception {
        return new EtcdWatches(port(leader()));
    }

    @Override
    public Leases leases() throws Exception {
        return new EtcdLeases(port(leader()));
    }

    /** Its Java clients keep no list. */
    @Override
    public CachedLookup cache(int services, int instancesEach) {
        throw new UnsupportedOperationException("etcd has no client with a cached list");
    }

    @Override
    public boolean snapshot(int node) {
        MaintenanceGrpc.newBlockingStub(admin.get(node))
                .snapshot(SnapshotRequest.getDefaultInstance())
                .forEachRemaining(piece -> {});
        return true;
    }

    @Override
    public void close() {
        admin.forEach(ManagedChannel::shutdownNow);
        nodes.parallelStream().forEach(Node::stop);
    }
}
