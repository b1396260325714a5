// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Registration.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HoldTest {
    private final Shell shell = new Shell();

    @Test
    void heldInstanceIsDeregisteredWhenTheUserEndsIt() {
        CompletableFuture<Run> running = hold("--ttl", "3s");
        FakeRegistration registration = registered();
        assertThat(registration.closed).isFalse();
        shell.stop.request();
        Run run = running.join();
        assertThat(registration.closed).isTrue();
        assertThat(run.exitCode()).isZero();
        assertThat(run.data()).isEqualTo("registered default/orders/orders-1: incarnation 17\n");
        assertThat(run.talk())
                .isEqualTo("holding default/orders/orders-1 until Ctrl-C\nderegistered default/orders/orders-1\n");
        assertThat(shell.muster.sessionTtl).isEqualTo(Duration.ofSeconds(3));
        assertThat(shell.muster.closed).isTrue();
    }

    @Test
    void heldInstanceIsShownToScripts() {
        CompletableFuture<Run> simple = hold("-w", "simple");
        registered();
        shell.stop.request();
        assertThat(simple.join().data()).isEqualTo("17\n");
        assertThat(hold("-w", "json").join().data()).isEqualTo("""
                {
                  "namespace": "default",
                  "service": "orders",
                  "id": "orders-1",
                  "incarnation": 17
                }
                """);
    }

    @Test
    void lossAndReturnIsToldAndHeldOn() {
        CompletableFuture<Run> running = hold();
        FakeRegistration registration = registered();
        registration.become(State.REGISTERING);
        registration.become(State.REGISTERED);
        assertThat(running).isNotDone();
        shell.stop.request();
        assertThat(running.join().talk()).contains("""
                        lost the registration of default/orders/orders-1, registering it again
                        registered default/orders/orders-1 again
                        """);
    }

    @Test
    void fencedInstanceEndsTheCommand() {
        CompletableFuture<Run> running = hold();
        registered().become(State.FENCED);
        Run run = running.join();
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.talk())
                .endsWith("default/orders/orders-1 was registered by another process, which is the one that counts now:"
                        + " stop the program behind this one [FENCED]\n");
    }

    private CompletableFuture<Run> hold(String... more) {
        String[] line = {"services", "register", "orders/orders-1", "--endpoint", "grpc://h:1", "--hold"};
        String[] all = Stream.concat(Arrays.stream(line), Arrays.stream(more)).toArray(String[]::new);
        return CompletableFuture.supplyAsync(() -> shell.run(all)).orTimeout(20, TimeUnit.SECONDS);
    }

    private FakeRegistration registered() {
        FakeRegistration registration = shell.muster.registration.join();
        registration.listener.join();
        return registration;
    }
}
