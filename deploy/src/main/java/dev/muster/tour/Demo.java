// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * A small service to try a keeper with. It says over HTTP who it is, and falls in the ways in which services fall when it
 * is asked to: {@code /oom} and {@code /soe} run out of memory and of stack, {@code /exit} ends it, and after
 * {@code /hang} nobody gets an answer. Serves on the loopback interface only. Each request has a thread of its own.
 */
public final class Demo {
    private static final String PORT = "--port=";
    private static final int CHUNK = 1 << 20;

    private final CountDownLatch never = new CountDownLatch(1);
    private volatile boolean hangs;

    private Demo() {}

    /** Serves until it falls. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1 || !arguments[0].matches(PORT + "\\d{1,5}")) {
            System.err.println("usage: muster demo --port=PORT");
            System.exit(3);
        }
        int port = Integer.parseInt(arguments[0].substring(PORT.length()));
        Demo demo = new Demo();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", demo::answer);
        server.start();
        System.out.println(whoItIs());
    }

    /** Its process, and the most that its heap may grow to. */
    static String whoItIs() {
        return "demo: process %d, heap %d MiB"
                .formatted(ProcessHandle.current().pid(), Runtime.getRuntime().maxMemory() >> 20);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        switch (path) {
            case "/oom" -> hoard();
            case "/soe" -> descend(0);
            case "/exit" -> System.exit(1);
            case "/hang" -> hangs = true;
            default -> {
                // Says who it is.
            }
        }
        if (hangs) {
            waitForEver();
        }
        byte[] text = (whoItIs() + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, text.length);
        try (var body = exchange.getResponseBody()) {
            body.write(text);
        }
    }

    private void waitForEver() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void hoard() {
        List<byte[]> hoard = new ArrayList<>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(new byte[CHUNK]);
        }
    }

    private static int descend(int depth) {
        return depth == Integer.MAX_VALUE ? depth : 1 + descend(depth + 1);
    }
}
