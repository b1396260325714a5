// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.EventQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.core.Limits;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.DataFiles;
import dev.muster.testing.FaultyDisk;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Files of events are written without an fsync for each: what the loss of all power takes has to come from ring and log,
 * or must have been made durable before these forgot it. The log does not reach far back here.
 */
@Tag("chaos")
@ClusterTest(badDisks = true, settings = "log.keep-bytes=0")
@TestMethodOrder(OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class LostPowerTest {
    /** How many events the state itself has. */
    private static final int RING = Limits.defaultSettings().getMaxEvents();

    private static final int BATCH = 128;
    private static final int KILLS = 3;

    /** Less than half of the ring, after which files are made durable. All of them together are more than the ring. */
    private static final int EVENTS_OF_A_PROCESS = RING * 9 / 20;

    private static final Duration FETCHED = Duration.ofSeconds(30);

    /** When one disk after the other was replaced, what is left of old events is copies; while they are few, as here. */
    @Test
    @Order(1)
    void eventsFetchedFromOtherNodesSurvive(TestCluster cluster) {
        makeEvents(cluster, RING + RING / 4);
        makeEvents(cluster, 1);
        for (TestNode node : cluster.nodes()) {
            long had = DataFiles.eventBytes(node);
            node.kill();
            node.wipe();
            node.restart();
            await(node + " has fetched what it lost")
                    .ignoreException(UncheckedIOException.class)
                    .atMost(FETCHED)
                    .until(() -> DataFiles.eventBytes(node) >= had);
        }
        assertLossOfAllPowerTakesNoEvent(cluster);
    }

    @Test
    @Order(2)
    void eventsThatTheRingForgotSurvive(TestCluster cluster) {
        makeEvents(cluster, RING + RING / 2);
        assertLossOfAllPowerTakesNoEvent(cluster);
    }

    /** What a process knew of its files goes with it. */
    @Test
    @Order(3)
    void eventsOfProcessesThatWereKilledSurvive(TestCluster cluster) {
        for (int kill = 0; kill < KILLS; kill++) {
            makeEvents(cluster, EVENTS_OF_A_PROCESS);
            cluster.nodes().parallelStream().forEach(TestNode::kill);
            startAll(cluster);
        }
        assertLossOfAllPowerTakesNoEvent(cluster);
    }

    /** So many at least, and a snapshot behind them. */
    private static void makeEvents(TestCluster cluster, int count) {
        cluster.nodes().forEach(FaultyDisk::of);
        MusterClient client = cluster.client();
        List<Change> batch = IntStream.range(0, BATCH)
                .<Change>mapToObj(i ->
                        Change.register(ServiceInstance.of("forgotten", "i" + i).endpoint("grpc", "10.0.0.1", 8080)))
                .toList();
        for (long end = newest(client) + count; newest(client) < end; ) {
            client.writeAll(batch);
        }
        cluster.nodes().forEach(node -> cluster.admin().takeSnapshot(node.endpoint()));
    }

    private static void assertLossOfAllPowerTakesNoEvent(TestCluster cluster) {
        MusterClient client = cluster.client();
        List<Long> before = sequences(client);
        assertThat(before).hasSizeGreaterThan(RING);
        List<FaultyDisk> disks = cluster.nodes().stream().map(FaultyDisk::of).toList();
        disks.forEach(FaultyDisk::losePower);
        cluster.nodes().parallelStream().forEach(TestNode::kill);
        disks.forEach(FaultyDisk::repair);
        startAll(cluster);
        Set<Long> gone = new TreeSet<>(before);
        sequences(client).forEach(gone::remove);
        assertThat(gone).isEmpty();
    }

    private static void startAll(TestCluster cluster) {
        cluster.nodes().forEach(TestNode::start);
        cluster.awaitReady();
    }

    private static long newest(MusterClient client) {
        return client.events()
                .list(EventQuery.all().newestFirst(true))
                .findFirst()
                .orElseThrow()
                .sequence();
    }

    private static List<Long> sequences(MusterClient client) {
        return client.events()
                .list(EventQuery.all())
                .map(RegistryEvent::sequence)
                .toList();
    }
}
