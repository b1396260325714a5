// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bad network in front of one port: it swallows, delays or cuts what passes, each direction for itself. Counts what
 * it did, so that a test can tell a fault that had no effect. Safe for use by any number of threads.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int CHUNK = 16 * 1024;

    /** Which way bytes go. */
    public enum Direction {
        /** From the client to the server. */
        REQUESTS,
        /** From the server to the client. */
        REPLIES
    }

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Map<Direction, Rules> rules = new EnumMap<>(Direction.class);
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Callers callers;
    private volatile boolean open = true;

    private TcpProxy(ServerSocket listener, InetSocketAddress target, Callers callers) {
        this.listener = listener;
        this.target = target;
        this.callers = callers;
        for (Direction direction : Direction.values()) {
            rules.put(direction, new Rules());
        }
    }

    /** A proxy on a free port of loopback. */
    public static TcpProxy before(int port) {
        return between(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), port, Callers.NOBODY);
    }

    /** A proxy at an address, before a port of 127.0.0.1, that tells who calls. */
    static TcpProxy between(InetSocketAddress address, int port, Callers callers) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.bind(address);
            TcpProxy proxy =
                    new TcpProxy(listener, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), callers);
            daemon("proxy-" + listener.getLocalPort(), proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, {@code host:port}. */
    public String endpoint() {
        return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    /** From now on nothing passes this way, though both sides may send. */
    public void swallow(Direction direction) {
        rulesOf(direction).swallow = true;
    }

    /** From now on nothing passes either way on connections of this caller. */
    void cutOff(String caller) {
        cutOff.add(caller);
    }

    /** From now on everything takes this much longer this way. */
    public void delay(Direction direction, Duration time) {
        delayEach(1, direction, time);
    }

    /** From now on each so-manieth piece takes this much longer this way, and so does what comes behind it. */
    public void delayEach(int nth, Direction direction, Duration time) {
        rulesOf(direction).delays = new Delays(nth, time);
    }

    /** Resets the connection on which the byte after so many more bytes would pass this way, once. */
    public void cutAfter(Direction direction, long bytes) {
        rulesOf(direction).budget.set(bytes);
    }

    /** Lets everything pass again; connections that lost bytes are reset, as they cannot go on. */
    public void heal() {
        rules.values().forEach(Rules::clear);
        cutOff.clear();
        links.stream().filter(link -> link.lost).forEach(Link::reset);
    }

    /** Resets all connections. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /** How many bytes came in this way, passed on or not. */
    public long bytes(Direction direction) {
        return rulesOf(direction).bytes.get();
    }

    /** How many bytes were swallowed this way. */
    public long swallowed(Direction direction) {
        return rulesOf(direction).swallowed.get();
    }

    /** How many pieces came late this way. */
    public long late(Direction direction) {
        return rulesOf(direction).late.get();
    }

    /** How many connections were reset by {@link #cutAfter}. */
    public int cuts(Direction direction) {
        return rulesOf(direction).cuts.get();
    }

    /** How many connections it ever took. */
    public int connections() {
        return accepted.get();
    }

    @Override
    public void close() {
        open = false;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reset();
    }

    private Rules rulesOf(Direction direction) {
        Rules found = rules.get(direction);
        if (found == null) {
            throw new IllegalStateException("no rules for " + direction);
        }
        return found;
    }

    private void accept() {
        while (open) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                connect(client);
            } catch (IOException e) {
                if (open) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.connect(target);
        } catch (IOException e) {
            server.close();
            client.setSoLinger(true, 0);
            client.close();
            return;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Link link = new Link(client, server);
        links.add(link);
        daemon("proxy-requests", () -> link.pump(client, server, rulesOf(Direction.REQUESTS)));
        daemon("proxy-replies", () -> link.pump(server, client, rulesOf(Direction.REPLIES)));
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Which pieces come late, and by how much. */
    private record Delays(int nth, Duration time) {
        static final Delays NONE = new Delays(1, Duration.ZERO);
    }

    /** What happens to the bytes of one direction. */
    private static final class Rules {
        static final long NO_BUDGET = -1;

        final AtomicLong bytes = new AtomicLong();
        final AtomicLong swallowed = new AtomicLong();
        final AtomicLong budget = new AtomicLong(NO_BUDGET);
        final AtomicInteger cuts = new AtomicInteger();
        volatile boolean swallow;
        final AtomicLong pieces = new AtomicLong();
        final AtomicLong late = new AtomicLong();
        volatile Delays delays = Delays.NONE;

        void clear() {
            swallow = false;
            delays = Delays.NONE;
            budget.set(NO_BUDGET);
        }

        void delayPiece() {
            Delays now = delays;
            if (!now.time.isZero() && pieces.incrementAndGet() % now.nth == 0) {
                late.incrementAndGet();
                LockSupport.parkNanos(now.time.toNanos());
            }
        }

        /** How many of these bytes may pass before the connection is cut; all of them when none is to be. */
        int allowed(int count) {
            while (true) {
                long left = budget.get();
                if (left == NO_BUDGET) {
                    return count;
                }
                if (budget.compareAndSet(left, left < count ? NO_BUDGET : left - count)) {
                    return (int) Math.min(left, count);
                }
            }
        }
    }

    /** One connection through the proxy. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private @Nullable String caller;
        volatile boolean lost;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to, Rules way) {
            byte[] chunk = new byte[CHUNK];
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                    way.bytes.addAndGet(count);
                    way.delayPiece();
                    if (way.swallow || isCutOff()) {
                        lost = true;
                        way.swallowed.addAndGet(count);
                        continue;
                    }
                    int allowed = way.allowed(count);
                    out.write(chunk, 0, allowed);
                    if (allowed < count) {
                        way.cuts.incrementAndGet();
                        reset();
                        return;
                    }
                }
            } catch (IOException e) {
                reset();
            } finally {
                links.remove(this);
            }
        }

        /** Asks who calls only when that matters: the answer takes the kernel a while. */
        private synchronized boolean isCutOff() {
            if (cutOff.isEmpty()) {
                return false;
            }
            if (caller == null) {
                caller = callers.name(client.getPort(), listener.getLocalPort());
            }
            return cutOff.contains(caller);
        }

        void reset() {
            resetOne(client);
            resetOne(server);
            links.remove(this);
        }

        private void resetOne(Socket socket) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException alreadyClosed) {
                // Then there is nothing left to reset.
            }
        }
    }
}
