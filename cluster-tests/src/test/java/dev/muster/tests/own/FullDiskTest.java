// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.Consistency;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.SmallDisk;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Disks that fill up, slowly and at once. */
@Tag("chaos")
@ClusterTest(settings = {"disk.reserve=32MiB", "log.segment=64KiB"})
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class FullDiskTest {
    private static final Logger LOG = LoggerFactory.getLogger(FullDiskTest.class);
    private static final int LOG_IO = 74;
    private static final int SET_ASIDE = 79;
    private static final int DISK = 96;
    private static final int LOW = 24;
    private static final int EXHAUSTED = 6;
    private static final Duration NOTICED = Duration.ofSeconds(10);
    private static final Duration TTL = Duration.ofSeconds(5);

    @Test
    void leaderHandsOverBeforeItsDiskIsFullEndsAndStartsWhenThereIsRoom(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        try (SmallDisk disk = SmallDisk.of(node, DISK)) {
            Workload writers = writersUnder(node, cluster);
            long began = System.nanoTime();

            disk.fillBut(LOW);
            cluster.awaitLeader(leader -> leader != node);
            writers.awaitMore(100);
            await("it is told")
                    .atMost(NOTICED)
                    .until(() -> reports(cluster).stream().anyMatch(report -> report.contains("disk.reserve")));

            disk.fillBut(EXHAUSTED);
            assertEndsAndOthersGoOn(node, writers);
            LOG.info(
                    "disk filled up: at most {} ms without an acknowledgement",
                    cluster.ledger().longestGapSince(began).toMillis());

            node.start();
            await("it waits")
                    .atMost(NOTICED.multipliedBy(3))
                    .until(() -> node.logged().contains("starts by itself when half of that is free"));
            disk.empty();
            node.awaitReady();
            writers.awaitMore(100);
        }
    }

    @Test
    void diskThatIsFullAtOnceEndsItsNodeAndNothingElse(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        try (SmallDisk disk = SmallDisk.of(node, DISK)) {
            Workload writers = writersUnder(node, cluster);
            long began = System.nanoTime();

            disk.fill();
            assertEndsAndOthersGoOn(node, writers);
            LOG.info(
                    "disk full at once: at most {} ms without an acknowledgement",
                    cluster.ledger().longestGapSince(began).toMillis());

            disk.empty();
            node.start();
            // If its vote was written just then the file is lost: whatever starts it again has to do so twice.
            node.awaitReadyOrExit().ifPresent(exit -> {
                assertThat(exit.code()).isEqualTo(SET_ASIDE);
                node.restart();
            });
            writers.awaitMore(100);
        }
    }

    @Test
    void whenAllDisksAreLowListsAreReadAndLeasesKeptAndWritesGoOnLater(TestCluster cluster) {
        try (SmallDisk first = SmallDisk.of(cluster.node(1), DISK);
                SmallDisk second = SmallDisk.of(cluster.node(2), DISK);
                SmallDisk third = SmallDisk.of(cluster.node(3), DISK)) {
            MusterClient owner =
                    cluster.client(builder -> builder.sessionTtl(TTL).requestTimeout(Duration.ofSeconds(2)));
            owner.register(ServiceInstance.of("kept", "a").endpoint("grpc", "10.0.0.1", 8080));
            first.fillBut(LOW);
            second.fillBut(LOW);
            third.fillBut(LOW);

            await("writes are refused, with the reason")
                    .atMost(NOTICED.multipliedBy(2))
                    .untilAsserted(() -> assertThat(refusal(owner)).hasMessageContaining("disk.reserve"));
            await("leases are kept while writes are refused")
                    .during(TTL.multipliedBy(2))
                    .atMost(TTL.multipliedBy(3))
                    .until(() -> refusal(owner) != null
                            && owner.lookup("kept", Consistency.LINEARIZABLE)
                                            .instances()
                                            .size()
                                    == 1);

            first.empty();
            second.empty();
            third.empty();
            await("writes go on").atMost(NOTICED).until(() -> refusal(owner) == null);
        }
    }

    private static Workload writersUnder(TestNode leader, TestCluster cluster) {
        cluster.admin().transferLeadership(leader.name());
        return cluster.startWriters(4).awaitMore(100);
    }

    private static void assertEndsAndOthersGoOn(TestNode node, Workload writers) {
        assertThat(node.awaitExit(NOTICED).code()).isEqualTo(LOG_IO);
        writers.awaitMore(100);
    }

    private static @Nullable MusterException refusal(MusterClient client) {
        try {
            client.write(Change.register(ServiceInstance.of("refused", "b").endpoint("grpc", "10.0.0.1", 8081)));
            return null;
        } catch (MusterException e) {
            return e;
        }
    }

    private static List<String> reports(TestCluster cluster) {
        return cluster.client()
                .events()
                .list(EventQuery.all().types(EventType.NODE_REPORT))
                .map(RegistryEvent::cause)
                .toList();
    }
}
