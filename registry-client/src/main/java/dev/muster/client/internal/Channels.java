// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * Makes the connections of a client: plaintext, on the threads given, without pings, since both streams notice by
 * themselves when a node falls silent. Safe for any thread.
 */
final class Channels {
    /** A large service comes in one frame. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private Channels() {}

    /** A connection to {@code host:port}, made when it is first used. */
    static ManagedChannel connect(String address, EventLoopGroup group) {
        return NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .eventLoopGroup(group)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(LARGEST_ANSWER)
                .build();
    }
}
