// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.InstanceStatus;
import dev.muster.client.ServiceInstance;
import dev.muster.keeper.manifest.Manifest.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoutesTest {
    @TempDir
    Path folder;

    private final FakeList list = new FakeList();
    private final List<String> said = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Supplier<Integer> check = () -> 0;
    private boolean runs = true;
    private Path file;
    private Routes routes;

    @BeforeEach
    void begin() throws IOException {
        file = folder.resolve("orders.conf");
        Files.createDirectories(folder.resolve("good"));
        routes = next(Optional.of(list));
    }

    @Test
    void fileIsWrittenCheckedAndRead() throws IOException {
        list.says(instance("a", 1001), instance("b", 1002));
        routes.tick();

        assertThat(Files.readString(file)).contains("""
                upstream orders {
                    server 10.0.0.1:1001 weight=100;
                    server 10.0.0.1:1002 weight=100;
                }
                """);
        assertThat(said).containsExactly("check", "reload");
        routes.tick();
        assertThat(said).containsExactly("check", "reload");
    }

    @Test
    void fileStandsThereWhenItIsChecked() {
        List<String> seen = new ArrayList<>();
        check = () -> {
            seen.add(text());
            return 0;
        };
        list.says(instance("a", 1001));
        routes.tick();

        assertThat(seen).singleElement().asString().contains("server 10.0.0.1:1001");
    }

    @Test
    void whatDoesNotServeIsLeftOut() {
        list.says(instance("a", 1001), instance("b", 1002));
        routes.tick();
        list.says(instance("a", 1001).status(InstanceStatus.DRAINING), instance("b", 1002));
        routes.tick();

        assertThat(text()).doesNotContain("1001").contains("1002");
        list.says(instance("b", 1002).status(InstanceStatus.DOWN));
        routes.tick();
        assertThat(text()).doesNotContain("1002").contains("server 127.0.0.1:1 down;");
    }

    @Test
    void refusedRoutesAreTakenBackAndToldOnce() throws IOException {
        list.says(instance("a", 1001));
        routes.tick();
        said.clear();
        check = () -> 1;
        list.says(instance("b", 1002));
        routes.tick();
        routes.tick();

        assertThat(text()).contains("1001").doesNotContain("1002");
        assertThat(said)
                .containsExactly(
                        "check",
                        "the new routes to orders are kept back, those of before stay: the check ended with 1");
        assertThat(Files.readString(folder.resolve("good/orders.refused"))).contains("1002");
    }

    @Test
    void refusedRoutesAreTriedAgainLater() {
        check = () -> 1;
        list.says(instance("b", 1002));
        routes.tick();
        check = () -> 0;
        now = now.plusSeconds(31);
        list.isSoOld(Duration.ofSeconds(31));
        routes.tick();

        assertThat(text()).contains("1002");
        assertThat(age(routes)).isEqualTo(Duration.ofSeconds(31));
    }

    @Test
    void firstRoutesThatAreRefusedLeaveNoFile() {
        check = () -> 1;
        list.says(instance("b", 1002));
        routes.tick();

        assertThat(file).doesNotExist();
    }

    @Test
    void proxyThatDoesNotRunIsNotToldToRead() {
        runs = false;
        list.says(instance("a", 1001));
        routes.tick();

        assertThat(text()).contains("1001");
        assertThat(said).containsExactly("check");
    }

    @Test
    void routesStayAndAgeWhileTheRegistryIsAwayAndUnderTheNextKeeperToo() throws IOException {
        list.says(instance("a", 1001));
        routes.tick();
        assertThat(age(routes)).isEqualTo(Duration.ZERO);
        now = now.plusSeconds(60);
        routes.tick();
        assertThat(age(routes)).isEqualTo(Duration.ZERO);
        now = now.plusSeconds(20);
        list.isSoOld(Duration.ofSeconds(20));
        routes.tick();
        assertThat(age(routes)).isEqualTo(Duration.ofSeconds(20));

        Routes next = next(Optional.of(new FakeList()));
        next.tick();
        assertThat(text()).contains("1001");
        assertThat(age(next)).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void keeperThatEndedDuringATryIsFollowedByOneThatPutsTheGoodRoutesBack() throws IOException {
        list.says(instance("a", 1001));
        routes.tick();
        String good = text();
        Files.writeString(file, "half of");
        next(Optional.empty());

        assertThat(text()).isEqualTo(good);
    }

    @Test
    void nothingThatIsNoHostGetsIntoTheText() {
        list.says(
                instance("a", 1001),
                ServiceInstance.of("orders", "evil").endpoint("http", "1.1.1.1; } include /etc/passwd", 1),
                ServiceInstance.of("orders", "six").endpoint("http", "fe80::1", 1006),
                instance("none", 1007).weight(0));
        routes.tick();

        assertThat(text()).doesNotContain("include", "1007").contains("server [fe80::1]:1006");
    }

    @Test
    void templateSaysWhatIsWritten() {
        String text = new RouteTemplate("backend ${service}\n  server ${host}_${port} ${host}:${port}\n${none}  none\n")
                .fill("orders", "http", List.of(instance("a", 1), instance("b", 2)));

        assertThat(text).isEqualTo("backend orders\n  server 10.0.0.1_1 10.0.0.1:1\n  server 10.0.0.1_2 10.0.0.1:2\n");
    }

    private Routes next(Optional<FakeList> from) throws IOException {
        return new Routes(
                List.of(new Route("orders", "", "orders", "http", file, Optional.empty())),
                folder.resolve("good"),
                route -> from.map(each -> each),
                new Proxy(),
                () -> now,
                Runnable::run,
                Runnable::run);
    }

    private final class Proxy implements Routes.Proxy {
        @Override
        public int check() {
            said.add("check");
            return check.get();
        }

        @Override
        public int reload() {
            said.add("reload");
            return 0;
        }

        @Override
        public boolean runs() {
            return runs;
        }

        @Override
        public void keptBack(String why) {
            said.add(why);
        }
    }

    private String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Duration age(Routes routes) {
        return routes.states().get(0).age().orElseThrow();
    }

    private static ServiceInstance instance(String id, int port) {
        return ServiceInstance.of("orders", id).endpoint("http", "10.0.0.1", port);
    }
}
