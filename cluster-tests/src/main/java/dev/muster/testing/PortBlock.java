// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A block of free ports on loopback, below those that an operating system gives to outgoing connections. No two runs
 * on one machine hold the same block: each keeps the first port bound for as long as it needs the others. For one
 * thread.
 */
final class PortBlock implements AutoCloseable {
    private static final int LOWEST = 11_000;
    private static final int HIGHEST = 31_000;
    private static final int PER_NODE = 10;
    private static final int USED_PER_NODE = 4;
    private static final int ATTEMPTS = 500;

    private final ServerSocket guard;
    private final int nodes;

    private PortBlock(ServerSocket guard, int nodes) {
        this.guard = guard;
        this.nodes = nodes;
    }

    /** A block for so many nodes. */
    static PortBlock reserve(int nodes) {
        int size = (nodes + 1) * PER_NODE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int first = LOWEST + PER_NODE * ThreadLocalRandom.current().nextInt((HIGHEST - LOWEST - size) / PER_NODE);
            ServerSocket guard = bind(first);
            if (guard == null) {
                continue;
            }
            PortBlock block = new PortBlock(guard, nodes);
            if (block.isFree()) {
                return block;
            }
            block.close();
        }
        throw new IllegalStateException(
                "no " + size + " free ports in a row between " + LOWEST + " and " + HIGHEST + " on loopback");
    }

    /** The client port of the node with this index, from 0; those after it are its other ports. */
    int port(int index) {
        if (index < 0 || index >= nodes) {
            throw new IllegalArgumentException("index: " + index + " (expected: 0 to " + (nodes - 1) + ")");
        }
        return guard.getLocalPort() + PER_NODE * (index + 1);
    }

    @Override
    public void close() {
        closeQuietly(guard);
    }

    private boolean isFree() {
        for (int index = 0; index < nodes; index++) {
            for (int offset = 0; offset < USED_PER_NODE; offset++) {
                ServerSocket probe = bind(port(index) + offset);
                if (probe == null) {
                    return false;
                }
                closeQuietly(probe);
            }
        }
        return true;
    }

    private static @Nullable ServerSocket bind(int port) {
        ServerSocket socket = null;
        try {
            socket = new ServerSocket();
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            if (socket != null) {
                closeQuietly(socket);
            }
            return null;
        }
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
