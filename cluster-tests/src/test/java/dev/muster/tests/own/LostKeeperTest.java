// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.JavaChild;
import dev.muster.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the registry says of a host whose keeper dies. Of its own, since keepers that expire share a budget. */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class LostKeeperTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");
    private static final LookupQuery KEEPERS = LookupQuery.of("keeper").namespace("muster");

    @TempDir
    Path logs;

    @TempDir
    Path folder;

    @Test
    void killedKeeperIsToldAsLostAndAsBackWithTheNext(TestCluster cluster) throws IOException {
        Files.createDirectory(folder.resolve("manifests"));
        Path file = Files.writeString(folder.resolve("manifests/kept.yaml"), """
                argv: [/bin/sleep, 1000]
                register: {service: kept, endpoints: {http: {host: 127.0.0.1, port: 8080}}}
                """);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        JavaChild keeper = keeper(cluster);
        MusterClient client = cluster.client();
        awaitCount(client, LookupQuery.of("kept"), 1);
        awaitCount(client, KEEPERS, 1);
        ServiceInstance listed = client.lookup(KEEPERS).instances().get(0);
        assertThat(listed.id()).isEqualTo("host-1");
        assertThat(listed.metadata())
                .containsEntry("data", folder.resolve("data").toString());
        keeper.kill();

        await("it is lost").atMost(LONGEST_WAIT).until(() -> told(client).contains(EventType.KEEPER_LOST));
        awaitCount(client, LookupQuery.of("kept"), 0);
        JavaChild next = keeper(cluster);
        await("it is back").atMost(LONGEST_WAIT).until(() -> told(client).contains(EventType.KEEPER_BACK));
        assertThat(told(client))
                .containsExactly(
                        EventType.INSTANCE_REGISTERED,
                        EventType.INSTANCE_EXPIRED,
                        EventType.KEEPER_LOST,
                        EventType.INSTANCE_REGISTERED,
                        EventType.KEEPER_BACK);
        awaitCount(client, LookupQuery.of("kept"), 1);
        next.kill();
        Matcher pid = PID.matcher(Files.readString(folder.resolve("data/units/kept.json")));
        assertThat(pid.find()).isTrue();
        ProcessHandle.of(Long.parseLong(pid.group(1))).ifPresent(ProcessHandle::destroyForcibly);
    }

    private JavaChild keeper(TestCluster cluster) {
        return JavaChild.start(
                logs,
                "keeper",
                "dev.muster.keeper.Main",
                List.of(
                        "run",
                        "--manifests=" + folder.resolve("manifests"),
                        "--data=" + folder.resolve("data"),
                        "--lease=2s",
                        "--host=host-1",
                        "--endpoints=" + String.join(",", cluster.endpoints())));
    }

    private static void awaitCount(MusterClient client, LookupQuery query, int count) {
        await(count + " of " + query.service())
                .atMost(LONGEST_WAIT)
                .ignoreExceptions()
                .until(() -> client.lookup(query).instances().size() == count);
    }

    /** What is told of the host, in order. */
    private static List<EventType> told(MusterClient client) {
        return client.events()
                .list(EventQuery.all().namespace("muster").service("keeper").id("host-1"))
                .map(RegistryEvent::type)
                .toList();
    }
}
