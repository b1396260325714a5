// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import com.sun.net.httpserver.HttpServer;
import dev.muster.client.Consistency;
import dev.muster.client.Endpoint;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.Registration;
import dev.muster.client.ServiceInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** A real service in this process: it says hello over HTTP, on a port that only the registry knows. */
final class Greeter implements AutoCloseable {
    private static final String SERVICE = "greeter";

    private final HttpServer server;

    private Greeter(HttpServer server) {
        this.server = server;
    }

    /** Begins to serve, on any free port. */
    static Greeter start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] hello = "hello from greeter-1".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, hello.length);
            try (var body = exchange.getResponseBody()) {
                body.write(hello);
            }
        });
        server.start();
        return new Greeter(server);
    }

    /** Registers it; the client keeps it registered from then on. */
    void register(MusterClient client) {
        int port = server.getAddress().getPort();
        Registration registration = client.register(
                ServiceInstance.of(SERVICE, "greeter-1").endpoint(new Endpoint("web", "http", "127.0.0.1", port)));
        System.err.printf(
                "  greeter-1 serves on port %d and is registered, incarnation %d%n", port, registration.incarnation());
    }

    /** Finds it as another program would, through the named node only, and calls it at the address found. */
    void findAndCallThrough(String node) throws IOException, InterruptedException {
        LookupResult found;
        try (MusterClient other = MusterClient.connect(node)) {
            found = other.lookup(SERVICE, Consistency.LINEARIZABLE);
        }
        Endpoint endpoint = found.instances().get(0).endpoints().get(0);
        URI address = URI.create("http://" + endpoint.host() + ":" + endpoint.port());
        String answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
        System.err.printf(
                "  found through %s at revision %d, it says: %s%n",
                node, found.position().revision(), answer);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
