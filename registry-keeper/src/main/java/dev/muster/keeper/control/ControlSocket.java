// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders: a line of JSON comes in, a line goes out, and the connection ends. Bounded in every way: 8 callers at a
 * time, 4 KiB a line, 10 s each. Safe for any thread.
 */
public final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final int MOST_CALLERS = 8;
    private static final int LONGEST_LINE = 4 * 1024;
    private static final int LONGEST_SECONDS = 10;

    private final Path path;
    private final ServerSocketChannel socket;
    private final Function<JsonObject, JsonObject> orders;
    private final ThreadPoolExecutor threads;
    private final ScheduledExecutorService deadlines;

    /**
     * Listens.
     *
     * @param path of the socket, in a folder that only this user can enter; what is left of an older one is replaced
     * @param orders answers an order; an IllegalArgumentException is told to the caller
     */
    public ControlSocket(Path path, Function<JsonObject, JsonObject> orders) throws IOException {
        this.path = path;
        this.orders = orders;
        Files.deleteIfExists(path);
        this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        this.threads = new ThreadPoolExecutor(
                0, MOST_CALLERS + 1, LONGEST_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> daemon(task));
        this.deadlines = Executors.newSingleThreadScheduledExecutor(task -> daemon(task));
        threads.execute(this::accept);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
        deadlines.shutdownNow();
        Files.deleteIfExists(path);
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                SocketChannel caller = socket.accept();
                try {
                    threads.execute(() -> serve(caller));
                } catch (RejectedExecutionException e) {
                    LOG.debug("a caller too many", e);
                    caller.close();
                }
            } catch (ClosedChannelException e) {
                LOG.debug("no more orders are taken", e);
            } catch (IOException e) {
                LOG.warn("an order was not taken: {}", e.toString());
            }
        }
    }

    private void serve(SocketChannel caller) {
        var late = deadlines.schedule(() -> close(caller), LONGEST_SECONDS, TimeUnit.SECONDS);
        try (caller) {
            String answer = answer(line(caller)).toString() + "\n";
            ByteBuffer left = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                caller.write(left);
            }
        } catch (AsynchronousCloseException e) {
            LOG.debug("a caller took too long", e);
        } catch (IOException e) {
            LOG.debug("a caller is gone", e);
        } finally {
            late.cancel(false);
        }
    }

    private JsonObject answer(String line) {
        try {
            return orders.apply(JsonParser.parseString(line).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            return problem("not an order (expected: one JSON object on one line)");
        } catch (IllegalArgumentException e) {
            return problem(String.valueOf(e.getMessage()));
        }
    }

    private static JsonObject problem(String text) {
        JsonObject problem = new JsonObject();
        problem.addProperty("problem", text);
        return problem;
    }

    private static String line(SocketChannel caller) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(LONGEST_LINE);
        while (line.size() < LONGEST_LINE) {
            int read = caller.read(one);
            if (read < 0) {
                break;
            }
            line.write(one.array(), 0, one.position());
            boolean ends = read > 0 && one.array()[one.position() - 1] == '\n';
            one.clear();
            if (ends) {
                break;
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static void close(SocketChannel caller) {
        try {
            caller.close();
        } catch (IOException e) {
            LOG.debug("a caller is gone", e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "muster-control");
        thread.setDaemon(true);
        return thread;
    }
}
