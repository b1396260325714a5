// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class DaemonTest {
    private Host host;
    private long unit;

    @BeforeEach
    void host() throws IOException {
        host = new Host();
        host.unit("orders", "argv: [/bin/sleep, 1000]");
    }

    @AfterEach
    void end() throws Exception {
        host.daemon().ifPresent(keeper -> {
            keeper.parent().ifPresent(ProcessHandle::destroyForcibly);
            keeper.children().filter(child -> child.pid() != unit).forEach(ProcessHandle::destroyForcibly);
            keeper.destroyForcibly();
        });
        ProcessHandle.of(unit).ifPresent(ProcessHandle::destroyForcibly);
        host.close();
    }

    @Test
    void killedKeeperIsFollowedByAnotherAndSoIsItsWatcherUntilItIsToldToEnd() throws Exception {
        host.startDaemon();
        unit = host.awaitReady("orders");
        ProcessHandle first = host.daemon().orElseThrow();
        first.destroyForcibly();
        ProcessHandle second = awaitOtherThan(first);
        assertThat(host.awaitReady("orders")).as("the unit runs on").isEqualTo(unit);

        ProcessHandle shell = second.parent().orElseThrow();
        shell.destroyForcibly();
        await("another shell watches")
                .atMost(Host.LONGEST)
                .until(() -> second.children().anyMatch(child -> child.pid() != unit));
        second.destroyForcibly();
        ProcessHandle third = awaitOtherThan(second);
        assertThat(host.awaitReady("orders")).isEqualTo(unit);

        ProcessHandle last = third.parent().orElseThrow();
        third.destroy();
        await("both end").atMost(Host.LONGEST).until(() -> !third.isAlive() && !last.isAlive());
        assertThat(host.daemon()).isEmpty();
        assertThat(ProcessHandle.of(unit)).as("the unit runs on").isPresent();
    }

    private ProcessHandle awaitOtherThan(ProcessHandle before) {
        await("another keeper runs")
                .atMost(Host.LONGEST)
                .until(() -> host.daemon().filter(now -> !now.equals(before)).isPresent());
        return host.daemon().orElseThrow();
    }
}
