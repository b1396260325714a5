// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for peers. Each connection has a thread that reads its requests and hands them over one after the other; a
 * reply is written by whoever completes it. Thread-safe.
 */
public final class PeerServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);
    private static final int MAX_CONNECTIONS = 256;
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What answers. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The reply, now or later. What it throws is told to the peer, as is what the reply fails with.
         *
         * @throws IOException if the request is refused
         */
        CompletableFuture<? extends MessageLite> handle(Frame request) throws IOException;
    }

    private final InetSocketAddress listen;
    private final Handler handler;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ServerSocket socket;
    private volatile boolean closed;

    /** A server that is not started yet. */
    public PeerServer(InetSocketAddress listen, Handler handler) {
        this.listen = listen;
        this.handler = handler;
    }

    /**
     * Binds the port and takes connections from now on.
     *
     * @throws java.net.BindException if the port is taken
     */
    public void start() throws IOException {
        ServerSocket bound = new ServerSocket();
        try {
            bound.setReuseAddress(true);
            bound.bind(new InetSocketAddress(listen.getHostString(), listen.getPort()));
        } catch (IOException e) {
            bound.close();
            throw e;
        }
        socket = bound;
        thread("muster-peers", () -> accept(bound));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        ServerSocket bound = socket;
        return bound == null ? listen : new InetSocketAddress(bound.getInetAddress(), bound.getLocalPort());
    }

    private void accept(ServerSocket bound) {
        while (!closed) {
            try {
                begin(bound.accept());
            } catch (IOException | RuntimeException | Error e) {
                if (!closed) {
                    LOG.warn("a connection of a peer could not be taken: {}", e.toString());
                    // Without file descriptors or threads it fails at once, again and again.
                    LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
                }
            }
        }
    }

    private void begin(Socket accepted) throws IOException {
        try {
            if (connections.size() >= MAX_CONNECTIONS) {
                throw new IOException("there are " + MAX_CONNECTIONS + " already");
            }
            Connection connection = new Connection(accepted);
            thread("muster-peer-" + accepted.getPort(), () -> serve(connection));
        } catch (IOException | RuntimeException | Error e) {
            Connection.close(accepted);
            throw e;
        }
    }

    private void serve(Connection connection) {
        connections.add(connection);
        try {
            if (!closed && connection.beginsAsPeer()) {
                for (Frame request = connection.read(); request != null; request = connection.read()) {
                    answer(connection, request);
                }
            }
        } catch (IOException e) {
            LOG.debug("the connection of a peer ended: {}", e.toString());
        } finally {
            connections.remove(connection);
            connection.close();
        }
    }

    private void answer(Connection connection, Frame request) {
        CompletableFuture<? extends MessageLite> reply;
        try {
            reply = handler.handle(request);
        } catch (IOException | RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        var unused = reply.whenComplete((message, failure) -> write(connection, request.kind(), message, failure));
    }

    private static void write(
            Connection connection, Kind kind, @Nullable MessageLite message, @Nullable Throwable failure) {
        try {
            if (message != null) {
                connection.write(kind, message);
            } else {
                connection.refuse(
                        String.valueOf(failure instanceof CompletionException ? failure.getCause() : failure));
            }
        } catch (IOException e) {
            LOG.debug("a reply did not reach its peer: {}", e.toString());
            connection.close();
        }
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends all connections and gives the port back. */
    @Override
    public void close() throws IOException {
        closed = true;
        ServerSocket bound = socket;
        if (bound != null) {
            bound.close();
        }
        connections.forEach(Connection::close);
    }
}
