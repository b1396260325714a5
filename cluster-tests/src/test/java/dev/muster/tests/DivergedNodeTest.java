// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.Consistency;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import dev.muster.client.ServiceInstance;
import dev.muster.core.RegistryState;
import dev.muster.core.catalog.InstanceRecord;
import dev.muster.core.key.Key;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Exit;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import dev.muster.v1.InstanceKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node whose state is not what the log says, though every checksum on its disk is right. */
@ClusterTest
final class DivergedNodeTest {
    private static final int SET_ASIDE = 79;

    /** States are compared every ten seconds. */
    private static final Duration LONGEST_UNTIL_FOUND = Duration.ofSeconds(25);

    private static final String SERVICE = "diverged";
    private static final int WEIGHT = 10;
    private static final int OTHER_WEIGHT = 11;

    @Test
    void nodeWhoseStateDiffersLeavesAndComesBackWholeUnderANewStorageId(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode node = cluster.followers().get(0);
        String before = node.status().storageId();
        diverge(cluster, node);

        node.restart();
        Exit exit = node.awaitExit(LONGEST_UNTIL_FOUND);

        assertThat(exit.code()).isEqualTo(SET_ASIDE);
        writers.awaitMore(50);
        node.restart();
        assertThat(node.status().storageId()).isNotEmpty().isNotEqualTo(before);
        assertThat(node.data().resolve("quarantined").resolve("identity"))
                .content()
                .contains(before);
        writers.stop();
        Hashes.awaitEqual(cluster);
        assertThat(weight(cluster.clientOf(node))).isEqualTo(WEIGHT);
        awaitReport(cluster, node, "state differs: ");
        awaitReport(cluster, node, "set the data folder aside in " + node.data());
    }

    @Test
    @Tag("long")
    void leaderWhoseStateDiffersLeavesAndAnotherLeadsOnAnIdleCluster(TestCluster cluster) {
        TestNode node = cluster.followers().get(0);
        diverge(cluster, node);

        node.restart();
        cluster.admin().transferLeadership(node.name());
        Exit exit = node.awaitExit(LONGEST_UNTIL_FOUND);

        assertThat(exit.code()).isEqualTo(SET_ASIDE);
        assertThat(cluster.awaitLeader()).isNotEqualTo(node);
        node.restart();
        Hashes.awaitEqual(cluster);
        for (TestNode each : cluster.nodes()) {
            assertThat(weight(cluster.clientOf(each))).isEqualTo(WEIGHT);
        }
        awaitReport(cluster, node, "state differs: ");
    }

    /** Stops the node and changes one instance in the snapshot that it will start from. */
    private static void diverge(TestCluster cluster, TestNode node) {
        cluster.client()
                .write(Change.register(ServiceInstance.of(SERVICE, "a")
                        .endpoint("grpc", "10.0.0.1", 8080)
                        .weight(WEIGHT)));
        MusterClient asking = cluster.clientOf(node);
        await("it is on the node").until(() -> weight(asking) == WEIGHT);
        cluster.admin().takeSnapshot(node.endpoint());
        node.stop();
        rewrite(newestSnapshot(node));
    }

    private static void rewrite(Path file) {
        try {
            SnapshotCodec.Snapshot read;
            try (InputStream in = Files.newInputStream(file)) {
                read = SnapshotCodec.read(in);
            }
            try (OutputStream out = Files.newOutputStream(file)) {
                SnapshotCodec.write(
                        withOtherWeight(read.state()),
                        new SnapshotCodec.Position(
                                read.header().getGroupId(),
                                read.header().getTerm(),
                                read.header().getIndex()),
                        out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RegistryState withOtherWeight(RegistryState state) {
        Key key = Key.of(InstanceKey.newBuilder().setService(SERVICE).setId("a").build());
        InstanceRecord instance = state.catalog().instance(key);
        assertThat(instance).isNotNull();
        InstanceRecord changed = InstanceRecord.of(
                instance.toInstance().toBuilder().setWeight(OTHER_WEIGHT).build());
        return state.toBuilder().catalog(state.catalog().with(key, changed)).build();
    }

    private static Path newestSnapshot(TestNode node) {
        try (Stream<Path> files = Files.list(node.data().resolve("snapshots"))) {
            return files.max((one, other) -> Long.compare(index(one), index(other)))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long index(Path snapshot) {
        String name = String.valueOf(snapshot.getFileName());
        return Long.parseLong(name.substring(name.lastIndexOf('_') + 1));
    }

    private static int weight(MusterClient client) {
        List<ServiceInstance> listed = client.lookup(LookupQuery.of(SERVICE).consistency(Consistency.LOCAL))
                .instances();
        return listed.isEmpty() ? 0 : listed.get(0).weight();
    }

    private static void awaitReport(TestCluster cluster, TestNode node, String text) {
        MusterClient client = cluster.client();
        await("the event log says: " + text)
                .untilAsserted(() -> assertThat(client.events()
                                .list(EventQuery.all()
                                        .types(EventType.NODE_REPORT)
                                        .actor(node.name())))
                        .extracting(RegistryEvent::cause)
                        .anyMatch(cause -> cause.startsWith(text)));
    }
}
