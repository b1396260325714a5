// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LeaderLineTest {
    private final List<Leadership> stoodAgainst = new CopyOnWriteArrayList<>();
    private boolean behind;
    private ServerSocket leader;
    private LeaderLine line;

    @BeforeEach
    void open() throws IOException {
        leader = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        line.close();
        leader.close();
    }

    @Test
    void aLeaderWhosePortIsGoneWithItsConnectionIsDead() throws IOException {
        Leadership led = follow("n1", 3);
        die(leader.accept());
        await().until(() -> stoodAgainst.equals(List.of(led)));
    }

    @Test
    void aBrokenConnectionToALivingPortIsMadeAgain() throws IOException {
        follow("n1", 3);
        leader.accept().close();
        try (Socket again = leader.accept()) {
            assertThat(again.isConnected()).isTrue();
            assertThat(stoodAgainst).isEmpty();
        }
    }

    @Test
    void aPortThatWasNeverReachedProvesNothing() throws IOException {
        leader.close();
        follow("n1", 3);
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(2)).until(stoodAgainst::isEmpty);
    }

    @Test
    void theSecondOneLetsTheFirstOneGoAhead() throws IOException {
        follow("n3", 3);
        die(leader.accept());
        line.onLeadership(new Leadership(false, 4, "n1", "127.0.0.1:1"));
        await().during(Duration.ofMillis(2 * LeaderLine.TURN_MILLIS))
                .atMost(Duration.ofSeconds(2))
                .until(stoodAgainst::isEmpty);
    }

    @Test
    void theSecondOneStandsWhenTheFirstOneDoesNot() throws IOException {
        assertStandsAfter(1, "n3");
    }

    @Test
    void theFirstOneLetsAllOthersGoAheadWhenItHasMuchToApply() throws IOException {
        behind = true;
        assertStandsAfter(2, "n1");
    }

    private void assertStandsAfter(int turns, String self) throws IOException {
        Leadership led = follow(self, 3);
        Socket accepted = leader.accept();
        long begun = System.nanoTime();
        die(accepted);
        await().until(() -> stoodAgainst.equals(List.of(led)));
        assertThat(System.nanoTime() - begun)
                .isGreaterThanOrEqualTo(
                        Duration.ofMillis((long) turns * LeaderLine.TURN_MILLIS).toNanos());
    }

    private void die(Socket accepted) throws IOException {
        leader.close();
        accepted.close();
    }

    /** Node n2 leads. */
    private Leadership follow(String self, long term) {
        List<Peer> members = List.of(
                new Peer("n1", "a", "127.0.0.1:1", ""),
                new Peer("n2", "b", "127.0.0.1:" + leader.getLocalPort(), ""),
                new Peer("n3", "c", "127.0.0.1:2", ""));
        line = new LeaderLine(self, () -> members, () -> behind, stoodAgainst::add);
        Upkeep.daemon("line").newThread(line::run).start();
        Leadership led = new Leadership(false, term, "n2", "127.0.0.1:3");
        line.onLeadership(led);
        return led;
    }
}
