// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.client.WriteResult;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Hashes;
import dev.muster.testing.LogFiles;
import dev.muster.testing.Network;
import dev.muster.testing.SteadyWrites;
import dev.muster.testing.TcpProxy.Direction;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writes that are executed while their replies get lost, so that the client sends them again. */
@ClusterTest(
        badNetwork = true,
        settings = {"snapshot.entries=100", "log.segment=64KiB", "log.keep-bytes=0"})
final class LostReplyTest {
    private static final int WRITES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Test
    void writeWhoseReplyIsLostIsAppliedOnce(TestCluster cluster) {
        Network network = cluster.network();
        MusterClient client = behind(network, cluster);
        write(client, "before", 1).forEach(CompletableFuture::join);
        for (int round = 0; round < 3; round++) {
            long before = Hashes.awaitQuiet(cluster).position().revision();
            loseReplies(network);
            List<CompletableFuture<WriteResult>> writes = write(client, "round" + round, WRITES);
            awaitRevision(cluster, before + WRITES);

            heal(network);

            assertAppliedOnce(cluster, "round" + round, writes, before);
            assertThat(Hashes.awaitEqual(cluster).position().revision())
                    .as("each write made one revision, and so did nothing else")
                    .isEqualTo(before + WRITES);
        }
    }

    @Test
    @Tag("long")
    void writeIsAppliedOnceThoughTheNodeThatIsAskedAgainKnowsItFromASnapshot(TestCluster cluster) {
        Network network = cluster.network();
        MusterClient client = behind(network, cluster);
        write(client, "before", 1).forEach(CompletableFuture::join);
        TestNode away = cluster.followers().get(0);
        away.kill();
        LogFiles left = LogFiles.of(away);
        long before = cluster.awaitLeader().status().position().revision();
        loseReplies(network);
        List<CompletableFuture<WriteResult>> writes = write(client, "snapshot", WRITES);
        awaitRevision(cluster, before + WRITES);
        SteadyWrites others = cluster.startSteadyWrites(500).awaitMore(1_000);
        LogFiles.awaitGone(cluster, left.last() + 1);
        others.stop();

        away.restart();
        Hashes.awaitEqual(cluster);
        cluster.clientOf(cluster.awaitLeader()).cluster().transferLeadership(away.name());
        cluster.awaitLeader(node -> node == away);
        heal(network);

        assertAppliedOnce(cluster, "snapshot", writes, before);
    }

    @Test
    void writeWhoseRequestIsCutInTheMiddleIsAppliedOnce(TestCluster cluster) {
        Network network = cluster.network();
        MusterClient client = behind(network, cluster);
        write(client, "before", 1).forEach(CompletableFuture::join);
        for (int round = 0; round < 10; round++) {
            long bytes = 100L + 400L * round;
            network.clientPorts().forEach(proxy -> proxy.cutAfter(Direction.REQUESTS, bytes));
            List<CompletableFuture<WriteResult>> writes = write(client, "cut" + round, WRITES);
            assertAppliedOnce(cluster, "cut" + round, writes, 0);
        }
        assertThat(network.clientPorts().stream().mapToInt(proxy -> proxy.cuts(Direction.REQUESTS)))
                .as("connections that were cut in the middle of a request")
                .anyMatch(cuts -> cuts > 0);
    }

    private static List<CompletableFuture<WriteResult>> write(MusterClient client, String service, int count) {
        List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(client.writeAsync(Change.register(
                    ServiceInstance.of(InstanceKey.of(service, "i" + i)).endpoint("grpc", "10.0.0.1", 8080))));
        }
        return writes;
    }

    private static void awaitRevision(TestCluster cluster, long revision) {
        await("the writes are applied though their replies are lost")
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.awaitLeader().status().position().revision() >= revision);
    }

    /** All are acknowledged, and each instance is as its first execution left it. */
    private static void assertAppliedOnce(
            TestCluster cluster, String service, List<CompletableFuture<WriteResult>> writes, long before) {
        List<WriteResult> results = writes.stream()
                .map(write -> write.orTimeout(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                        .join())
                .toList();
        List<ServiceInstance> listed =
                cluster.client().lookup(LookupQuery.of(service)).instances();
        assertThat(listed).hasSize(writes.size());
        for (int i = 0; i < results.size(); i++) {
            String id = "i" + i;
            ServiceInstance instance = listed.stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            long revision = results.get(i).position().revision();
            assertThat(instance.listing().createRevision()).isEqualTo(revision);
            assertThat(instance.listing().modifyRevision()).isEqualTo(revision);
            assertThat(instance.listing().incarnation())
                    .isEqualTo(results.get(i).incarnation());
            assertThat(revision).isGreaterThan(before);
        }
    }

    /** A client that meets the bad network only. */
    private static MusterClient behind(Network network, TestCluster cluster) {
        return cluster.clientOf(
                builder -> builder.endpoints(network.endpoints()).requestTimeout(PATIENCE));
    }

    private static void loseReplies(Network network) {
        network.clientPorts().forEach(proxy -> proxy.swallow(Direction.REPLIES));
    }

    private static void heal(Network network) {
        assertThat(network.swallowedOfClients(Direction.REPLIES))
                .as("bytes of replies that were lost")
                .isPositive();
        network.heal();
    }
}
