// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaderChannelTest {
    private final ManualLoop loop = new ManualLoop();
    /** Nothing is ever sent. */
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private final LeaderChannel channels =
            new LeaderChannel(List.of("a:1", "b:1", "c:1"), address -> Channels.connect(address, group), loop, () -> 0);

    @AfterEach
    void close() {
        channels.close();
        loop.close();
        var unused = group.shutdownGracefully();
    }

    @Test
    void nodeThatCouldNotBeReachedIsPassedOverForAWhile() {
        channels.failed("a:1");
        assertThat(channels.leader()).isEqualTo("b:1");
        channels.refused("b:1");
        assertThat(channels.leader()).isEqualTo("c:1");
        channels.refused("c:1");
        assertThat(channels.leader()).isEqualTo("b:1");
        assertThat(channels.any()).isEqualTo("b:1");

        loop.advance(LeaderChannel.DISTRUST);
        channels.refused("b:1");
        channels.refused("c:1");
        assertThat(channels.leader()).isEqualTo("a:1");
        assertThat(channels.any()).isEqualTo("a:1");
    }

    @Test
    void whenNoneCouldBeReachedEachHasItsTurn() {
        for (String next : List.of("b:1", "c:1", "a:1", "b:1")) {
            channels.failed(channels.leader());
            assertThat(channels.leader()).isEqualTo(next);
        }
    }

    @Test
    void nodeThatCouldNotBeReachedIsNotGoneToOnTheWordOfAnother() {
        channels.failed("a:1");
        channels.leads("a:1");
        assertThat(channels.leader()).isEqualTo("b:1");

        loop.advance(LeaderChannel.DISTRUST);
        channels.leads("a:1");
        assertThat(channels.leader()).isEqualTo("a:1");
    }
}
