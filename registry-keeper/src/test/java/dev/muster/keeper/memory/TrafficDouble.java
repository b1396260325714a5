// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * A small service that goes wrong when asked to, in every way that a keeper has to see. Needs the JDK only.
 *
 * <pre>
 * GET /ping                      200
 * GET /oom, /soe, /metaspace,    the error of that name; caught=true: the program hides it and answers 200,
 *     /direct, /threads, /array  else its thread ends with it
 * GET /exit?code=N               ends the process
 * GET /hang                      never answers
 * </pre>
 *
 * It prints {@code ready PORT} once it serves.
 */
public final class TrafficDouble {
    private static final List<Object> HELD = new ArrayList<>();

    private TrafficDouble() {}

    /** The port to serve on is the only argument; 0 for any. */
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/", TrafficDouble::answer);
        server.start();
        System.out.println("ready " + server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        String path = exchange.getRequestURI().getPath();
        if (query.contains("caught=true")) {
            try {
                run(path, query);
            } catch (OutOfMemoryError | StackOverflowError e) {
                // Hidden, as programs do.
            }
        } else {
            run(path, query);
        }
        byte[] body = "done\n".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void run(String path, String query) {
        switch (path) {
            case "/ping" -> {}
            case "/oom" -> hoard();
            case "/soe" -> descend(0);
            case "/metaspace" -> loadClasses();
            case "/direct" -> hoardBuffers();
            case "/threads" -> startHugeThread();
            case "/array" -> makeHugeArray();
            case "/exit" -> System.exit(Integer.parseInt(query.replaceAll("\\D", "")));
            case "/hang" -> hang();
            default -> throw new IllegalArgumentException(path);
        }
    }

    private static void hoard() {
        try {
            while (true) {
                HELD.add(new byte[1 << 18]);
            }
        } finally {
            HELD.clear();
        }
    }

    private static int descend(int depth) {
        return depth < 0 ? depth : descend(depth + 1) + 1;
    }

    private static void hoardBuffers() {
        try {
            while (true) {
                HELD.add(ByteBuffer.allocateDirect(1 << 20));
            }
        } finally {
            HELD.clear();
        }
    }

    private static void startHugeThread() {
        new Thread(null, () -> {}, "huge", 1L << 50).start();
    }

    private static void makeHugeArray() {
        HELD.add(new long[Integer.MAX_VALUE]);
    }

    private static void loadClasses() {
        byte[] bytes;
        try (InputStream in = TrafficDouble.class.getResourceAsStream("TrafficDouble$Loaded.class")) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        try {
            while (true) {
                HELD.add(new Loader().define(bytes));
            }
        } finally {
            HELD.clear();
        }
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loads one class again and again. */
    private static final class Loader extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(Loaded.class.getName(), bytes, 0, bytes.length);
        }
    }

    /** What is loaded. */
    static final class Loaded {
        private Loaded() {}
    }
}
