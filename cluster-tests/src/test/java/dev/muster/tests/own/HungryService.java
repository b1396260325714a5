// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * A service that runs out of heap when {@code /oom} is asked for, and of stack at {@code /soe}. With
 * {@code ?caught=true} it hides that; without, the thread ends with it. It goes on either way. Needs the JDK only.
 */
final class HungryService {
    private static final List<Object> HELD = new ArrayList<>();
    private static final int PIECE = 1 << 18;
    private static final int THREADS = 4;

    private HungryService() {}

    /** The start of a command that runs it on this JDK, as the items of a list in YAML. The port comes behind it. */
    static String argv(Path java, String... options) {
        try {
            Path classes = Path.of(HungryService.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return "%s, %s, -XX:+UseSerialGC, -cp, '%s', %s"
                    .formatted(java, String.join(", ", options), classes, HungryService.class.getName());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The port to serve on is the only argument. Prints how many ms it took to start. */
    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newFixedThreadPool(THREADS));
        server.createContext("/", HungryService::answer);
        server.start();
        long serves = System.currentTimeMillis();
        System.out.println(
                "started in " + (serves - ManagementFactory.getRuntimeMXBean().getStartTime()) + " ms");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        boolean caught = "caught=true".equals(exchange.getRequestURI().getQuery());
        try {
            eat(exchange.getRequestURI().getPath());
        } catch (OutOfMemoryError | StackOverflowError e) {
            if (!caught) {
                throw e;
            }
        }
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static void eat(String path) {
        switch (path) {
            case "/oom" -> hoard();
            case "/soe" -> descend(0);
            default -> {}
        }
    }

    private static void hoard() {
        try {
            while (true) {
                HELD.add(new byte[PIECE]);
            }
        } finally {
            HELD.clear();
        }
    }

    private static int descend(int depth) {
        return depth < 0 ? depth : descend(depth + 1) + 1;
    }
}
