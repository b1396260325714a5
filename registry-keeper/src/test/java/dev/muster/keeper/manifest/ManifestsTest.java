// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.keeper.manifest.Manifest.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestsTest {
    private static final String FULL = """
            kind: technical
            argv: [/bin/sleep, "${port.http}"]
            environment: {LANG: C.UTF-8, PORT: "${port.http}"}
            folder: /tmp
            register:
              namespace: team
              service: orders
              zone: z1
              version: "7"
              weight: 50
              metadata: {a: b}
              endpoints:
                http: {host: 10.0.0.5, port: auto}
                admin: {host: 10.0.0.5, protocol: tcp, port: 9000}
            pid-file: /tmp/orders.pid
            stop: [/bin/true]
            reload: [/bin/true, reload]
            check: [/bin/true, check]
            ready: {http: "http://127.0.0.1:${port.http}/health", every: 200ms, timeout: 2s, failures: 1 of 1}
            alive: {tcp: "127.0.0.1:${port.admin}"}
            start: 5s
            drain: 3s
            grace: 4s
            restart: {backoff: 2s, most: 10s, budget: 7, window: 5m}
            memory: {growth: 20, cap: 2GiB, restarts: 1}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void ofOneUserOnly() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void grpcProbeNamesAnAddressAndPerhapsAService() throws IOException {
        String text = """
                argv: [/bin/sleep, "9"]
                ready: {grpc: "127.0.0.1:9000/shop.Orders"}
                alive: {grpc: "127.0.0.1:9000"}
                """;
        Manifest manifest = read("orders", text).units().get(0);

        assertThat(manifest.ready().orElseThrow().target())
                .isEqualTo(new Target.Grpc("127.0.0.1", "9000", "shop.Orders"));
        assertThat(manifest.alive().orElseThrow().target()).isEqualTo(new Target.Grpc("127.0.0.1", "9000", ""));
        assertThat(read("wrong", text.replace("/shop.Orders", "/a b"))
                        .problems()
                        .get("wrong"))
                .contains("ready.grpc: 127.0.0.1:9000/a b (expected: host:port, or host:port/package.Service)");
    }

    @Test
    void routesNameAServiceAndAFileAndWantACheckAndAReload() throws IOException {
        Path conf = folder.resolve("orders.conf");
        String text = """
                argv: [/bin/sleep, "9"]
                check: [/bin/true]
                reload: [/bin/true]
                routes:
                  orders: {file: %s}
                  pay: {service: payments, namespace: shop, endpoint: http, file: %s, template: %s}
                """.formatted(conf, conf, Files.writeString(folder.resolve("t"), "x"));
        Files.setPosixFilePermissions(folder.resolve("t"), PosixFilePermissions.fromString("rw-------"));

        assertThat(read("proxy", text).units().get(0).routes())
                .containsExactly(
                        new Manifest.Route("orders", "", "orders", "", conf, Optional.empty()),
                        new Manifest.Route("pay", "shop", "payments", "http", conf, Optional.of(folder.resolve("t"))));
        Files.setPosixFilePermissions(folder.resolve("t"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(read("proxy", text.replace("reload:", "stop:")).problems().get("proxy"))
                .contains("routes: without check or reload", "template: " + folder.resolve("t") + ": rw-rw-rw-");
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Manifest manifest = read("orders-1", FULL).units().get(0);

        assertThat(manifest.unit()).isEqualTo("orders-1");
        assertThat(manifest.kind()).isEqualTo(Kind.TECHNICAL);
        assertThat(manifest.environment()).isEqualTo(Map.of("LANG", "C.UTF-8", "PORT", "${port.http}"));
        Manifest.Listing listing = manifest.listing().orElseThrow();
        assertThat(listing.id()).isEqualTo("orders-1");
        assertThat(listing.weight()).isEqualTo(50);
        assertThat(listing.endpoints()).extracting(Manifest.Address::protocol).containsExactly("http", "tcp");
        assertThat(listing.endpoints().get(0).port()).isEmpty();
        assertThat(listing.endpoints().get(1).port()).hasValue(9000);
        assertThat(manifest.ready().orElseThrow())
                .isEqualTo(new Manifest.Probe(
                        new Target.Http("http://127.0.0.1:${port.http}/health"),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(2),
                        1,
                        1));
        assertThat(manifest.alive().orElseThrow().target()).isEqualTo(new Target.Tcp("127.0.0.1", "${port.admin}"));
        assertThat(manifest.restart())
                .isEqualTo(
                        new Manifest.Restart(Duration.ofSeconds(2), Duration.ofSeconds(10), 7, Duration.ofMinutes(5)));
        assertThat(manifest.memory()).isEqualTo(new Manifest.Memory(20, Optional.of(2L << 30), 1));
        assertThat(Template.fill(manifest.argv().get(1), Map.of("http", 22001))).isEqualTo("22001");
    }

    @Test
    void fewWordsAreEnough() throws IOException {
        Manifest manifest = read("a", "argv: [/bin/sleep, 5]").units().get(0);

        assertThat(manifest.kind()).isEqualTo(Kind.SERVICE);
        assertThat(manifest.listing()).isEmpty();
        assertThat(manifest.drain()).isZero();
        assertThat(manifest.restart().budget()).isEqualTo(5);
        assertThat(manifest.memory().growthPercent()).isEqualTo(15);
    }

    @Test
    void allProblemsAreToldAtOnceWithTheirLineAndTheNearestKey() throws IOException {
        assertThat(problems("""
                argw: [/bin/sleep]
                argv: [sleep, "${port.x}"]
                start: soon
                start: 5s
                restart: {bugdet: 5}
                ready: {tcp: "x:1", http: "http://x:1/"}
                """))
                .contains("argw: unknown (did you mean argv?) [a.yaml:1]")
                .contains("argv: sleep (expected: the absolute path of a program that can be executed) [a.yaml:2]")
                .contains("argv: ${port.x} (expected: ${port.NAME} of an endpoint")
                .contains("start: soon (expected: a number with ms, s, m or h")
                .contains("start: given twice")
                .contains("restart.bugdet: unknown (did you mean budget?) [a.yaml:5]")
                .contains("ready: 2 targets (expected: one of tcp, http, grpc, exec) [a.yaml:6]");
    }

    @Test
    void whatIsNoManifestIsRefused() throws IOException {
        assertThat(problems("")).contains("not a manifest");
        assertThat(problems("[a, b]")).contains("not a manifest");
        assertThat(problems("a: [")).contains("not YAML");
        assertThat(problems("argv: {a: b}")).contains("argv: not a list of words");
        assertThat(problems("argv: [/bin/sleep]\nregister: {}"))
                .contains("register.service: missing", "register.endpoints: 0 (expected: 1 to 16)");
        assertThat(problems("argv: [/bin/sleep]\n" + "#".repeat(70_000))).contains("bytes (expected: up to 65536)");
    }

    @Test
    void fileThatOthersMayWriteIsRefused() throws IOException {
        Path file = write("a", "argv: [/bin/sleep, 5]");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(Manifests.read(folder).problems().get("a")).contains("writable by its owner only");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(Manifests.read(folder).problems()).isEmpty();

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(Manifests.read(folder).problems().get("a")).contains("writable by its owner only");
    }

    @Test
    void unitsComeBehindThoseTheyWaitFor() throws IOException {
        write("a", "argv: [/bin/sleep, 5]\nafter: [c, b]");
        write("b", "argv: [/bin/sleep, 5]\nafter: [c]");
        write("c", "argv: [/bin/sleep, 5]");
        assertThat(Manifests.read(folder).units()).extracting(Manifest::unit).containsExactly("c", "b", "a");
    }

    @Test
    void circlesAndUnknownUnitsAreRefusedAndHarmNoOther() throws IOException {
        write("a", "argv: [/bin/sleep, 5]\nafter: [b]");
        write("b", "argv: [/bin/sleep, 5]\nafter: [a]");
        write("c", "argv: [/bin/sleep, 5]\nafter: [nobody]");
        write("d", "argv: [/bin/sleep, 5]");
        Manifests manifests = Manifests.read(folder);

        assertThat(manifests.units()).extracting(Manifest::unit).containsExactly("d");
        assertThat(manifests.problems().get("a")).contains("a circle: a -> b -> a");
        assertThat(manifests.problems().get("c")).contains("after: nobody (expected: a unit of the same folder)");
    }

    private String problems(String text) throws IOException {
        Manifests manifests = read("a", text);
        assertThat(manifests.units()).isEmpty();
        return manifests.problems().get("a");
    }

    private Manifests read(String unit, String text) throws IOException {
        write(unit, text);
        return Manifests.read(folder);
    }

    private Path write(String unit, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(unit + ".yaml"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
}
