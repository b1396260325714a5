// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real nginx under a keeper, where there is one on the path. */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class NginxTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int CALLS = 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<HttpServer> services = new ArrayList<>();

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @AfterEach
    void end() {
        services.forEach(service -> service.stop(0));
    }

    @Test
    void edgeFollowsTheListAndServesOnWithoutTheRegistryThoughNginxIsKilled(TestCluster cluster) throws IOException {
        Edge edge = Edge.define(host, "edge");
        host.keeper(cluster);
        MusterClient client = cluster.client();
        client.register(service("a"));
        awaitAnswer(edge, "a");
        client.register(service("b"));
        client.write(
                Change.update(InstanceKey.of("edge", "a"), InstanceUpdate.none().status(InstanceStatus.DRAINING)));
        // Both may answer until the second change has come.
        await("nobody but b answers").atMost(LONGEST_WAIT).ignoreExceptions().until(() -> answersAlone(edge, "b"));
        cluster.nodes().forEach(TestNode::kill);
        long before = edge.master().orElseThrow().pid();
        edge.master().orElseThrow().destroyForcibly();

        await("another nginx")
                .atMost(LONGEST_WAIT)
                .until(() ->
                        edge.master().filter(master -> master.pid() != before).isPresent());
        awaitAnswer(edge, "b");
    }

    /** Something that answers with its name. */
    private ServiceInstance service(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = name.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        services.add(server);
        return ServiceInstance.of("edge", name)
                .endpoint("http", "127.0.0.1", server.getAddress().getPort());
    }

    private void awaitAnswer(Edge edge, String answer) {
        await("the answer is " + answer)
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> get(edge).equals(answer));
    }

    private boolean answersAlone(Edge edge, String answer) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            if (!get(edge).equals(answer)) {
                return false;
            }
        }
        return true;
    }

    private String get(Edge edge) throws IOException {
        try {
            return http.send(HttpRequest.newBuilder(edge.uri()).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
