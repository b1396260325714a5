// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.keeper.manifest.Manifest.Target;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GrpcHealthTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final HealthStatusManager health = new HealthStatusManager();
    private final Prober prober = new Prober();
    private Server server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(health.getHealthService())
                .build()
                .start();
        port = server.getPort();
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
        prober.close();
    }

    @Test
    void serverThatServesIsAYes() {
        assertThat(ask("", LONG)).isTrue();
    }

    @Test
    void eachServiceIsAskedForByItsName() {
        health.setStatus("shop.Orders", ServingStatus.SERVING);
        health.setStatus("shop.Payments", ServingStatus.NOT_SERVING);

        assertThat(ask("shop.Orders", LONG)).isTrue();
        assertThat(ask("shop.Payments", LONG)).isFalse();
        assertThat(ask("shop.Unknown", LONG)).isFalse();
    }

    @Test
    void serverThatSaysItDoesNotServeIsANo() {
        health.setStatus("", ServingStatus.NOT_SERVING);

        assertThat(ask("", LONG)).isFalse();
    }

    @Test
    void portWhereNobodyListensIsANo() {
        server.shutdownNow();

        assertThat(ask("", LONG)).isFalse();
    }

    @Test
    void serverThatDoesNotAnswerIsANoWhenItsTimeIsOver() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            assertThat(GrpcHealth.serves("127.0.0.1:" + silent.getLocalPort(), "", Duration.ofMillis(200)))
                    .isFalse();
        }
    }

    private boolean ask(String service, Duration timeout) {
        Target target = new Target.Grpc("127.0.0.1", "${port.grpc}", service);
        return prober.ask(target, Map.of("grpc", port), timeout).join();
    }
}
