// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.cli.Shell.Run;
import dev.muster.client.InstanceStatus;
import dev.muster.client.Listing;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WatchTest {
    private final Shell shell = new Shell();

    @Test
    void eachChangeIsALineOfTheTable() {
        Run run = story("--count", "5");
        assertThat(run.data()).isEqualTo("""
                REVISION  CHANGE  ID        STATUS  ENDPOINTS
                       1  listed  orders-1  up      grpc=grpc://h1:80
                       2  registered  orders-2  up      grpc=grpc://h2:80
                       3  updated     orders-1  draining  grpc=grpc://h1:80
                       4  replaced    orders-2  up        grpc=grpc://h2:80
                       6  registered  orders-3  up        grpc=grpc://h3:80
                       7  removed     orders-1  draining  grpc=grpc://h1:80
                """);
        assertThat(run.talk()).isEqualTo("watching default/orders: 1 listed at revision 1; Ctrl-C ends it\n");
        assertThat(run.exitCode()).isZero();
        assertThat(shell.muster.view.closed).isTrue();
    }

    @Test
    void eachChangeIsALineForScripts() {
        assertThat(story("--count", "2", "-w", "simple").data()).isEqualTo("""
                1|listed|orders-1|up|grpc=grpc://h1:80
                2|registered|orders-2|up|grpc=grpc://h2:80
                3|updated|orders-1|draining|grpc=grpc://h1:80
                """.replace('|', '\t'));
    }

    @Test
    void eachChangeIsOneJsonObject() {
        assertThat(story("--count", "1", "-w", "json").data().lines())
                .hasSize(2)
                .last()
                .isEqualTo("{\"revision\":2,\"change\":\"registered\",\"instance\":{\"namespace\":\"\","
                        + "\"service\":\"orders\",\"id\":\"orders-2\",\"status\":\"up\",\"endpoints\":[{\"name\":\"grpc\","
                        + "\"protocol\":\"grpc\",\"host\":\"h2\",\"port\":80}],\"zone\":\"\",\"weight\":100,"
                        + "\"version\":\"\",\"metadata\":{},\"lease\":0,\"incarnation\":2,\"createRevision\":2,"
                        + "\"modifyRevision\":2,\"registeredAt\":\"1970-01-01T00:00:00Z\"}}");
    }

    @Test
    void watchEndsWithItsTime() {
        Run run = shell.run("services", "watch", "orders", "--for", "50ms");
        assertThat(run.exitCode()).isZero();
        assertThat(run.data()).isEmpty();
    }

    @Test
    void watchEndsWhenTheUserWantsIt() {
        CompletableFuture<Run> running = watch();
        shell.stop.request();
        assertThat(running.join().exitCode()).isZero();
    }

    @Test
    void oldListIsToldOnceAndItsRenewalToo() {
        CompletableFuture<Run> running = watch();
        shell.muster.view.age = Duration.ofSeconds(20);
        await().until(() -> shell.talk.toString().contains("vouches"));
        shell.muster.view.age = Duration.ofSeconds(1);
        await().until(() -> shell.talk.toString().contains("up to date again"));
        shell.stop.request();
        assertThat(running.join().talk()).endsWith("""
                        no node vouches for the list since 20s: it may be old
                        the list is up to date again
                        """);
    }

    @Test
    void countOfNothingIsInvalid() {
        assertThat(shell.run("services", "watch", "orders", "--count", "0").exitCode())
                .isEqualTo(3);
    }

    private Run story(String... options) {
        ServiceInstance one = instance(1, 1, 1);
        ServiceInstance two = instance(2, 2, 2);
        ServiceInstance drained = instance(1, 1, 3).status(InstanceStatus.DRAINING);
        ServiceInstance replaced = instance(2, 4, 4);
        shell.muster.view.show(FakeView.list(1, one));
        CompletableFuture<Run> running = watch(options);
        shell.muster.view.show(FakeView.list(2, one, two));
        shell.muster.view.show(FakeView.list(3, drained, two));
        shell.muster.view.show(FakeView.list(4, drained, replaced));
        shell.muster.view.show(FakeView.list(7, replaced, instance(3, 6, 6)));
        return running.join();
    }

    private CompletableFuture<Run> watch(String... options) {
        String[] line = Stream.concat(Stream.of("services", "watch", "orders"), Stream.of(options))
                .toArray(String[]::new);
        CompletableFuture<Run> running =
                CompletableFuture.supplyAsync(() -> shell.run(line)).orTimeout(20, TimeUnit.SECONDS);
        shell.muster.view.listener.join();
        return running;
    }

    private static ServiceInstance instance(int number, long incarnation, long revision) {
        return ServiceInstance.of("orders", "orders-" + number)
                .endpoint("grpc", "h" + number, 80)
                .listing(new Listing(0, incarnation, incarnation, revision, Instant.EPOCH));
    }
}
