// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listening socket with an upper bound of connections: one too many is closed before anything is read from it. Belongs
 * to its event loop; only the count is touched by others.
 */
final class BoundedServerChannel extends NioServerSocketChannel {
    private final int maxConnections;
    private final AtomicInteger connections = new AtomicInteger();

    BoundedServerChannel(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        if (count > 0) {
            Channel connection = (Channel) accepted.get(accepted.size() - 1);
            if (connections.incrementAndGet() > maxConnections) {
                accepted.remove(accepted.size() - 1);
                connections.decrementAndGet();
                connection.unsafe().closeForcibly();
            } else {
                connection.closeFuture().addListener(closed -> connections.decrementAndGet());
            }
        }
        return count;
    }
}
