// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A service that runs out of heap when {@code /oom} is asked for, hides that, and goes on. Needs the JDK only. */
final class HungryService {
    private static final List<Object> HELD = new ArrayList<>();
    private static final int PIECE = 1 << 18;

    private HungryService() {}

    /** The port to serve on is the only argument. */
    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
        server.createContext("/", HungryService::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/oom")) {
            try {
                while (true) {
                    HELD.add(new byte[PIECE]);
                }
            } catch (OutOfMemoryError e) {
                HELD.clear();
            }
        }
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }
}
