// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The routes of a proxy under a keeper. The proxy is a script: its check refuses port 6666, and its reload copies the
 * file to where the test sees what it would route to.
 */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class EdgeTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern AGE = Pattern.compile("\"ageMillis\":([0-9]+)");

    /** One for each test, since they share a cluster. */
    private final String service = "routed-" + UUID.randomUUID();

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @BeforeEach
    void manifest() {
        host.manifest("proxy", """
                kind: technical
                argv: [/bin/sleep, 1000]
                check: [/bin/sh, -c, '! grep -q :6666 %1$s/routes.conf']
                reload: [/bin/cp, '%1$s/routes.conf', '%1$s/read.conf']
                routes: {%2$s: {file: '%1$s/routes.conf', endpoint: http}}
                """.formatted(host.folder(), service));
    }

    @Test
    void routesFollowTheListAndDrainingInstancesLeaveFirst(TestCluster cluster) {
        keeper(cluster);
        MusterClient client = cluster.client();
        client.register(instance("a", 1001));
        client.register(instance("b", 1002));
        awaitRead(":1001", ":1002");
        client.write(Change.update(
                InstanceKey.of(service, "a"), InstanceUpdate.none().status(InstanceStatus.DRAINING)));

        await("what drains is not routed to").atMost(LONGEST_WAIT).until(() -> !read().contains(":1001"));
        assertThat(read()).contains(":1002");
        assertThat(client.lookup(service).instances()).hasSize(1);
    }

    @Test
    void badRoutesAreKeptBackAndToldOf(TestCluster cluster) {
        keeper(cluster);
        MusterClient client = cluster.client();
        client.register(instance("a", 1001));
        awaitRead(":1001");
        client.register(instance("bad", 6666));

        await("it is told")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> host.order("{\"do\": \"incidents\"}").contains("ROUTES_KEPT_BACK"));
        assertThat(text("routes.conf")).contains(":1001").doesNotContain(":6666");
        assertThat(read()).doesNotContain(":6666");
        client.write(Change.deregister(InstanceKey.of(service, "bad")));
        client.register(instance("c", 1003));
        awaitRead(":1001", ":1003");
    }

    @Test
    void routesStayWhileAllNodesAreDownWithTheirAgeUnderTheNextKeeperToo(TestCluster cluster) {
        JavaChild first = keeper(cluster);
        cluster.client().register(instance("a", 1001));
        awaitRead(":1001");
        cluster.nodes().forEach(TestNode::kill);
        await("the age grows").atMost(LONGEST_WAIT).ignoreExceptions().until(() -> age() > 2_000);
        first.kill();
        keeper(cluster);

        await("the next keeper knows how old they are")
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> age() > 2_000);
        assertThat(text("routes.conf")).contains(":1001");
        cluster.nodes().forEach(TestNode::restart);
        await("they are confirmed").atMost(LONGEST_WAIT).ignoreExceptions().until(() -> age() < 2_000);
        cluster.client().register(instance("b", 1002));
        awaitRead(":1002");
    }

    private ServiceInstance instance(String id, int port) {
        return ServiceInstance.of(service, id).endpoint("http", "127.0.0.1", port);
    }

    private JavaChild keeper(TestCluster cluster) {
        return host.keeper(cluster, "--host=edge");
    }

    private void awaitRead(String... ports) {
        await("the proxy has read " + String.join(", ", ports))
                .atMost(LONGEST_WAIT)
                .until(() -> List.of(ports).stream().allMatch(read()::contains));
    }

    /** What the proxy has read. */
    private String read() {
        return text("read.conf");
    }

    private String text(String file) {
        try {
            Path path = host.folder().resolve(file);
            return Files.exists(path) ? Files.readString(path) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long age() {
        Matcher age = AGE.matcher(host.order("{\"do\": \"ps\"}"));
        return age.find() ? Long.parseLong(age.group(1)) : -1;
    }
}
