// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.internal.v1.IdentifyRequest;
import dev.muster.internal.v1.PeersGrpc;
import dev.muster.server.replica.Replicas;
import dev.muster.v1.ClusterGrpc;
import dev.muster.v1.Error;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.MembersRequest;
import dev.muster.v1.Reason;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Role;
import dev.muster.v1.StateHashRequest;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.StatusResponse;
import dev.muster.v1.TakeSnapshotRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RpcServerTest {
    private final TestNode node = TestNode.leader(300);

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void idleSocketsNeitherBlockOthersNorStayForEver() throws IOException {
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            idle.add(new Socket(InetAddress.getLoopbackAddress(), node.server.port()));
        }

        assertThat(node.registry().register(Replicas.register("orders", "a", 0)).getIncarnation())
                .isPositive();
        Socket first = idle.get(0);
        first.setSoTimeout(20_000);
        assertThat(readToEnd(first.getInputStream())).isTrue();
        for (Socket socket : idle) {
            socket.close();
        }
    }

    @Test
    void tooManyConnectionsAreClosedAtOnceAndOthersGoOn() throws IOException {
        assertThat(lookup()).isTrue();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            sockets.add(new Socket(InetAddress.getLoopbackAddress(), node.server.port()));
        }
        Socket tooMany = sockets.get(sockets.size() - 1);
        tooMany.setSoTimeout(2_000);

        assertThat(readToEnd(tooMany.getInputStream())).isTrue();
        assertThat(lookup()).isTrue();
        for (Socket socket : sockets) {
            socket.close();
        }
        ManagedChannel later = node.connect();
        await().atMost(Duration.ofSeconds(5))
                .ignoreExceptions()
                .until(() -> !RegistryGrpc.newBlockingStub(later)
                        .lookup(LookupRequest.newBuilder().setService("orders").build())
                        .getKnown());
        later.shutdownNow();
    }

    @Test
    void healthFollowsLeadership() {
        await().untilAsserted(() -> {
            assertThat(health("")).isEqualTo(ServingStatus.SERVING);
            assertThat(health(HealthReporter.REGISTRY)).isEqualTo(ServingStatus.SERVING);
            assertThat(health(HealthReporter.LEADER)).isEqualTo(ServingStatus.SERVING);
        });

        node.single().loseLeadership("node-2", "10.0.0.2:7440").join();
        await().untilAsserted(() -> {
            assertThat(health("")).isEqualTo(ServingStatus.SERVING);
            assertThat(health(HealthReporter.LEADER)).isEqualTo(ServingStatus.NOT_SERVING);
        });

        node.single().loseLeadership("", "").join();
        await().untilAsserted(() -> assertThat(health("")).isEqualTo(ServingStatus.NOT_SERVING));
    }

    @Test
    void nodeThatIsNotLetInYetDoesNotServe() {
        await().untilAsserted(() -> assertThat(health("")).isEqualTo(ServingStatus.SERVING));
        node.server.member(false);
        await().untilAsserted(() -> assertThat(health("")).isEqualTo(ServingStatus.NOT_SERVING));
        assertThat(ready()).isFalse();
        node.server.member(true);
        await().untilAsserted(() -> assertThat(health("")).isEqualTo(ServingStatus.SERVING));
        assertThat(ready()).isTrue();
    }

    private boolean ready() {
        return ClusterGrpc.newBlockingStub(node.channel)
                .status(StatusRequest.getDefaultInstance())
                .getReady();
    }

    @Test
    void reflectionShowsTheServices() {
        TestStream<ServerReflectionRequest, ServerReflectionResponse> stream =
                new TestStream<>(ServerReflectionGrpc.newStub(node.channel)::serverReflectionInfo);
        stream.send(ServerReflectionRequest.newBuilder().setListServices("").build());

        assertThat(stream.take().getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains("muster.v1.Registry", "muster.v1.Sessions", "muster.v1.Watch", "grpc.health.v1.Health");
        stream.send(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("muster.v1.Watch")
                .build());
        assertThat(stream.take().hasFileDescriptorResponse()).isTrue();
        stream.finish();
    }

    @Test
    void aNodeWithoutAReplicaSaysWhoItIsAndSendsOthersAway() {
        try (RpcServer starting = RpcServer.open(
                RpcConfig.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new NodeInfo("new", "disk", "group-1", "1.0-test"),
                new TestNode.Peers("new"),
                (task, cause) -> {})) {
            ManagedChannel channel = NettyChannelBuilder.forTarget("127.0.0.1:" + starting.port())
                    .usePlaintext()
                    .build();

            assertThat(PeersGrpc.newBlockingStub(channel)
                            .identify(IdentifyRequest.getDefaultInstance())
                            .getNode())
                    .isEqualTo("new");
            Error refused = Refusals.error(
                    () -> RegistryGrpc.newBlockingStub(channel).lookup(LookupRequest.getDefaultInstance()));
            assertThat(refused.getReason()).isEqualTo(Reason.REASON_UNAVAILABLE);
            channel.shutdownNow();
        }
    }

    @Test
    void theStatusTellsWhatTheNodeHas() {
        node.registry().register(Replicas.register("orders", "a", 0));
        StatusResponse status = node.cluster().status(StatusRequest.getDefaultInstance());

        assertThat(status.getRole()).isEqualTo(Role.ROLE_LEADER);
        assertThat(status.getReady()).isTrue();
        assertThat(status.getClusterId()).isEqualTo(Replicas.CLUSTER);
        assertThat(status.getInstances()).isEqualTo(1);
        assertThat(status.getLeaderAddress()).isEqualTo(node.address());
        assertThat(node.cluster()
                        .members(MembersRequest.getDefaultInstance())
                        .getMembers(0)
                        .getLeader())
                .isTrue();
        assertThat(node.cluster()
                        .stateHash(StateHashRequest.getDefaultInstance())
                        .getHash())
                .isEqualTo(node.replica.state().stateHash());
        StatusRuntimeException refused =
                Refusals.status(() -> node.cluster().takeSnapshot(TakeSnapshotRequest.getDefaultInstance()));
        assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNIMPLEMENTED);
    }

    @Test
    void aLeaseEndsWithoutKeepAlivesAndLivesWithThem() {
        long silent = grant(3_000);
        long heard = grant(3_000);
        node.registry().register(Replicas.register("orders", "silent", silent));
        node.registry().register(Replicas.register("orders", "heard", heard));

        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    node.leases()
                            .keepAlive(KeepAliveRequest.newBuilder()
                                    .addLeases(heard)
                                    .build());
                    return node.replica.state().leases().get(silent) == null;
                });

        assertThat(node.replica.state().leases().get(heard)).isNotNull();
        assertThat(node.replica.state().catalog().instanceCount()).isEqualTo(1);
    }

    @Test
    void aReplicaMayOutliveItsPort() {
        node.server.close();

        assertThat(node.single().loseLeadership("node-2", "10.0.0.2:7440")).succeedsWithin(Duration.ofSeconds(5));
        assertThat(node.single().lead()).succeedsWithin(Duration.ofSeconds(5));
    }

    private long grant(int ttlMillis) {
        return node.leases()
                .grant(GrantLeaseRequest.newBuilder().setTtlMillis(ttlMillis).build())
                .getLease();
    }

    private boolean lookup() {
        return node.registry()
                        .lookup(LookupRequest.newBuilder().setService("orders").build())
                        .getHeader()
                        .getRevision()
                > 0;
    }

    private ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(node.channel)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    /** The server may greet first, but then it has to hang up. */
    private static boolean readToEnd(InputStream stream) {
        try {
            while (stream.read() >= 0) {
                // A greeting.
            }
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
