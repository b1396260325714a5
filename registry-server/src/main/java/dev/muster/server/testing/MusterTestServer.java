// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.testing;

import dev.muster.core.Limits;
import dev.muster.internal.v1.FetchDigestsResponse;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.IdentifyResponse;
import dev.muster.internal.v1.JoinRequest;
import dev.muster.internal.v1.ReportRequest;
import dev.muster.server.replica.Peer;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.rpc.NodeInfo;
import dev.muster.server.rpc.PeerDirectory;
import dev.muster.server.rpc.RpcConfig;
import dev.muster.server.rpc.RpcServer;
import dev.muster.v1.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry of one node in this process, in memory, on a free loopback port: for tests of programs that use a registry.
 * It answers as a cluster does and forgets everything when it is closed.
 *
 * <pre>{@code
 * try (MusterTestServer registry = MusterTestServer.start();
 *         MusterClient muster = MusterClient.connect(registry.endpoint())) {
 *     ...
 * }
 * }</pre>
 *
 * Thread-safe.
 */
public final class MusterTestServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MusterTestServer.class);
    private static final String NODE = "test";
    private static final String GROUP = "registry";

    private final ExecutorService apply = Executors.newSingleThreadExecutor(runnable -> {
        Thread thread = new Thread(runnable, "muster-test-apply");
        thread.setDaemon(true);
        return thread;
    });
    private final SingleReplica replica;
    private final RpcServer rpc;

    private MusterTestServer() {
        this.rpc = RpcServer.open(
                RpcConfig.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new NodeInfo(NODE, NODE, GROUP, "test"),
                new Alone(),
                (task, cause) -> LOG.error("background task {} failed", task, cause));
        this.replica = SingleReplica.start(
                new Peer(NODE, NODE, endpoint(), endpoint()), genesis(), System::currentTimeMillis, apply);
        rpc.serve(replica);
    }

    /** Starts a registry; it serves when this returns. */
    public static MusterTestServer start() {
        return new MusterTestServer();
    }

    private static Genesis genesis() {
        return Genesis.newBuilder()
                .setClusterId(UUID.randomUUID().toString())
                .setEpochId(RandomGenerator.getDefault().nextLong())
                .setEpochOrdinal(1)
                .setFeatureLevel(Limits.FEATURE_LEVEL)
                .setSettings(Limits.defaultSettings())
                .build();
    }

    /** host:port to connect a client to. */
    public String endpoint() {
        return "127.0.0.1:" + rpc.port();
    }

    @Override
    public void close() {
        rpc.close();
        replica.close();
        apply.shutdown();
    }

    /** Such a node has no peers. */
    private static final class Alone implements PeerDirectory {
        @Override
        public IdentifyResponse identify(IdentifyRequest request) {
            return IdentifyResponse.newBuilder()
                    .setNode(NODE)
                    .setStorageId(NODE)
                    .build();
        }

        @Override
        public CompletableFuture<Void> join(JoinRequest request) {
            return refuse("a test server takes no other nodes; start a cluster for that");
        }

        @Override
        public CompletableFuture<Void> report(ReportRequest request) {
            return refuse("a test server takes no reports; start a cluster for that");
        }

        @Override
        public FetchDigestsResponse digests() {
            return FetchDigestsResponse.getDefaultInstance();
        }

        private static CompletableFuture<Void> refuse(String why) {
            return CompletableFuture.failedFuture(ReplicaException.of(Reason.REASON_UNSUPPORTED, why));
        }
    }
}
