// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

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
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real nginx under a keeper, where there is one on the path. */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class NginxTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<HttpServer> services = new ArrayList<>();
    private KeeperHost host;

    @BeforeEach
    void host(@TempDir Path logs) {
        host = new KeeperHost(folder, logs);
    }

    @AfterEach
    void end() {
        host.close();
        services.forEach(service -> service.stop(0));
    }

    @Test
    void edgeFollowsTheListAndServesOnWithoutTheRegistryThoughNginxIsKilled(TestCluster cluster) throws IOException {
        int port = configure(program());
        host.keeper(cluster);
        MusterClient client = cluster.client();
        client.register(service("a"));
        awaitAnswer(port, "a");
        client.register(service("b"));
        client.write(
                Change.update(InstanceKey.of("edge", "a"), InstanceUpdate.none().status(InstanceStatus.DRAINING)));
        awaitAnswer(port, "b");
        for (int i = 0; i < 20; i++) {
            assertThat(get(port)).isEqualTo("b");
        }
        cluster.nodes().forEach(TestNode::kill);
        long before = nginx().orElseThrow().pid();
        nginx().orElseThrow().destroyForcibly();

        await("another nginx")
                .atMost(LONGEST_WAIT)
                .until(() -> nginx().filter(master -> master.pid() != before).isPresent());
        awaitAnswer(port, "b");
    }

    private static Path program() {
        return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .map(place -> Path.of(place, "nginx"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    String reason = "skipped: there is no nginx on the path";
                    System.out.println(reason);
                    return abort(reason);
                });
    }

    /** Writes nginx's configuration and the unit; returns the port. */
    private int configure(Path program) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr;
                events {}
                http {
                  access_log off;
                  client_body_temp_path %1$s/t1;
                  proxy_temp_path %1$s/t2;
                  fastcgi_temp_path %1$s/t3;
                  uwsgi_temp_path %1$s/t4;
                  scgi_temp_path %1$s/t5;
                  include %1$s/routes/*.conf;
                  server {
                    listen 127.0.0.1:%2$d;
                    location / { proxy_pass http://edge; }
                  }
                }
                """.formatted(folder, port));
        String argv = "%s, -e, stderr, -p, '%s', -c, '%s'".formatted(program, folder, folder.resolve("nginx.conf"));
        host.manifest("nginx", """
                kind: technical
                argv: [%1$s]
                check: [%1$s, -t]
                reload: [%1$s, -s, reload]
                ready: {tcp: '127.0.0.1:%2$d', every: 100ms}
                restart: {backoff: 100ms, most: 1s, budget: 1000}
                routes: {edge: {file: '%3$s/routes/edge.conf', endpoint: http}}
                """.formatted(argv, port, folder));
        return port;
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

    private void awaitAnswer(int port, String answer) {
        await("the answer is " + answer)
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> get(port).equals(answer));
    }

    private String get(int port) throws IOException {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Its master process, as the keeper has noted it. */
    private Optional<ProcessHandle> nginx() {
        return ProcessHandle.of(host.pid("nginx")).filter(ProcessHandle::isAlive);
    }
}
