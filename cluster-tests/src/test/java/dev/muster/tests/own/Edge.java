// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.muster.testing.KeeperHost;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A real nginx in front of one service, as the unit {@code nginx} of a keeper. */
final class Edge {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final KeeperHost host;
    private final int port;

    private Edge(KeeperHost host, int port) {
        this.host = host;
        this.port = port;
    }

    /** Writes the unit. Where there is no nginx on the path, the test is skipped with a printed reason. */
    static Edge define(KeeperHost host, String service) {
        Path program = program();
        Path folder = host.folder();
        try {
            int port = freePort();
            Files.createDirectories(folder.resolve("routes"));
            Files.writeString(folder.resolve("nginx.conf"), """
                    daemon off;
                    worker_processes 1;
                    pid %1$s/nginx.pid;
                    error_log stderr;
                    events {}
                    http {
                      access_log off;
                      # A reload ends connections that wait for another request.
                      keepalive_timeout 0;
                      client_body_temp_path %1$s/t1;
                      proxy_temp_path %1$s/t2;
                      fastcgi_temp_path %1$s/t3;
                      uwsgi_temp_path %1$s/t4;
                      scgi_temp_path %1$s/t5;
                      include %1$s/routes/*.conf;
                      server {
                        listen 127.0.0.1:%2$d;
                        location / { proxy_pass http://%3$s; }
                      }
                    }
                    """.formatted(folder, port, service));
            host.manifest("nginx", """
                    kind: technical
                    argv: [%1$s]
                    check: [%1$s, -t]
                    reload: [%1$s, -s, reload]
                    ready: {tcp: '127.0.0.1:%2$d'}
                    restart: {backoff: 100ms, most: 100ms, budget: 1000}
                    routes: {%4$s: {file: '%3$s/routes/edge.conf', endpoint: http}}
                    """.formatted(
                    "%s, -e, stderr, -p, '%s', -c, '%s'".formatted(program, folder, folder.resolve("nginx.conf")),
                    port,
                    folder,
                    service));
            return new Edge(host, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    /** Whether it answers a call. */
    boolean answers() {
        try {
            return HTTP.send(
                                    HttpRequest.newBuilder(uri())
                                            .timeout(Duration.ofSeconds(1))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until it routes to an instance: before its first list it refuses. */
    void awaitRoutes() {
        await("nginx routes to an instance")
                .atMost(LONGEST_WAIT)
                .until(() -> IntStream.range(0, 20).allMatch(call -> answers()));
    }

    /** Its master process, as the keeper has noted it. */
    Optional<ProcessHandle> master() {
        return ProcessHandle.of(host.pid("nginx")).filter(ProcessHandle::isAlive);
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

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}
