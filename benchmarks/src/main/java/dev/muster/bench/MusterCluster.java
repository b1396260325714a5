// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.client.Change;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.NodeRole;
import dev.muster.client.ServiceInstance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Muster as its launcher starts it. */
final class MusterCluster implements Cluster {
    private static final int BASE = 27440;

    private final List<Node> nodes = new ArrayList<>();
    private final MusterClient admin = client();

    static final Kind KIND = new Kind() {
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
            return new MusterCluster(folder);
        }
    };

    private MusterCluster(Path folder) throws Exception {
        String launcher = System.getProperty("muster.launcher");
        for (int node : Ports.nodes()) {
            String name = "n" + (node + 1);
            nodes.add(Node.start(
                    name,
                    folder.resolve(name + ".log"),
                    Map.of("MUSTER_HEAP", "1g"),
                    List.of(
                            launcher,
                            "server",
                            "--node=" + name,
                            "--data=" + folder.resolve(name),
                            "--listen=127.0.0.1:" + Ports.of(BASE, node),
                            "--peers=" + Ports.joined(i -> "n" + (i + 1) + "=127.0.0.1:" + Ports.of(BASE, i)),
                            "--preset=local")));
        }
        ClusterAdmin cluster = admin.cluster();
        for (int node : Ports.nodes()) {
            Waiting.until(
                    "n" + (node + 1) + " serves",
                    LONGEST_START,
                    () -> cluster.status("127.0.0.1:" + Ports.of(BASE, node)).ready());
        }
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean leads(int node) throws Exception {
        var status = admin.cluster().status("127.0.0.1:" + Ports.of(BASE, node));
        return status.ready() && status.role() == NodeRole.LEADER;
    }

    private static MusterClient client() {
        return MusterClient.builder()
                .clientName("benchmark")
                .endpoints(Ports.nodes().stream()
                        .map(node -> "127.0.0.1:" + Ports.of(BASE, node))
                        .toArray(String[]::new))
                .requestTimeout(Duration.ofSeconds(20))
                .connect();
    }

    @Override
    public Target connect() {
        MusterClient client = client();
        return new Target() {
            @Override
            public CompletableFuture<?> register(String service, String id, byte[] payload) {
                return client.writeAsync(Change.register(ServiceInstance.of(service, id)
                        .endpoint("grpc", "10.0.0.1", 8080)
                        .metadata("payload", new String(payload, StandardCharsets.US_ASCII))));
            }

            @Override
            public CompletableFuture<?> lookupOne(String service, String id) {
                return client.lookupAsync(LookupQuery.of(service).id(id));
            }

            @Override
            public CompletableFuture<Integer> lookupService(String service) {
                return client.lookupAsync(LookupQuery.of(service))
                        .thenApply(result -> result.instances().size());
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @Override
    public void close() {
        admin.close();
        nodes.parallelStream().forEach(Node::stop);
    }
}
