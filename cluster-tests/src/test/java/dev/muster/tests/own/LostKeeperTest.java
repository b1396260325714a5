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
import dev.muster.testing.KeeperHost;
import dev.muster.testing.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the registry says of a host whose keeper dies. Of its own, since keepers that expire share a budget. */
@ClusterTest(nodes = 1)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class LostKeeperTest {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final LookupQuery KEEPERS = LookupQuery.of("keeper").namespace("muster");

    @RegisterExtension
    final KeeperHost host = new KeeperHost();

    @BeforeEach
    void manifest() {
        host.manifest("kept", """
                argv: [/bin/sleep, 1000]
                register: {service: kept, endpoints: {http: {host: 127.0.0.1, port: 8080}}}
                """);
    }

    @Test
    void killedKeeperIsToldAsLostAndAsBackWithTheNext(TestCluster cluster) {
        JavaChild keeper = keeper(cluster);
        MusterClient client = cluster.client();
        awaitCount(client, LookupQuery.of("kept"), 1);
        awaitCount(client, KEEPERS, 1);
        ServiceInstance listed = client.lookup(KEEPERS).instances().get(0);
        assertThat(listed.id()).isEqualTo("host-1");
        assertThat(listed.metadata()).containsEntry("data", host.data().toString());
        keeper.kill();

        await("it is lost").atMost(LONGEST_WAIT).until(() -> told(client).contains(EventType.KEEPER_LOST));
        awaitCount(client, LookupQuery.of("kept"), 0);
        keeper(cluster);
        await("it is back").atMost(LONGEST_WAIT).until(() -> told(client).contains(EventType.KEEPER_BACK));
        assertThat(told(client))
                .containsExactly(
                        EventType.INSTANCE_REGISTERED,
                        EventType.INSTANCE_EXPIRED,
                        EventType.KEEPER_LOST,
                        EventType.INSTANCE_REGISTERED,
                        EventType.KEEPER_BACK);
        awaitCount(client, LookupQuery.of("kept"), 1);
    }

    private JavaChild keeper(TestCluster cluster) {
        return host.keeper(cluster, "--lease=2s", "--host=host-1");
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
