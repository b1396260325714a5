// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import java.net.InetSocketAddress;

/**
 * Where and how the client port listens. Immutable.
 *
 * @param address to bind to; port 0 takes a free one
 * @param maxConnections sockets beyond this are closed as soon as they are accepted
 * @param ioThreads threads that serve the connections
 */
public record RpcConfig(InetSocketAddress address, int maxConnections, int ioThreads) {
    /** For a machine of its size: as many threads as it has processors, up to four. */
    public static RpcConfig at(InetSocketAddress address) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new RpcConfig(address, 10_000, Math.max(1, Math.min(4, processors)));
    }
}
