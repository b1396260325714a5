// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.Position;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSnapshot;
import dev.muster.client.ServiceView;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@ClusterTest
final class WatchTest {
    private static final int VIEWS = 12;

    @Test
    void viewsGoOnAtOtherNodesWithoutGoingBackWhenTheirNodeIsKilled(TestCluster cluster) {
        Workload writers = cluster.startWriters(4).awaitMore(20);
        List<Recorded> views = new ArrayList<>();
        for (int i = 0; i < VIEWS; i++) {
            views.add(Recorded.of(cluster, "load-" + i % 4));
        }
        TestNode killed = cluster.awaitLeader();
        killed.kill();
        writers.awaitMore(50);
        killed.restart();
        writers.awaitMore(50);
        writers.stop();

        views.forEach(view -> view.assertComplete(cluster.client()));
    }

    @Test
    @Tag("long")
    void viewThroughAPausedNodeGoesOnElsewhere(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(20);
        List<Recorded> views = new ArrayList<>();
        for (int i = 0; i < VIEWS; i++) {
            views.add(Recorded.of(cluster, "load-" + i % 4));
        }
        TestNode follower = cluster.followers().get(0);
        follower.pause();
        writers.awaitMore(100);
        writers.stop();

        views.forEach(view -> view.assertComplete(cluster.client()));
    }

    @Test
    void tenThousandViewsOfOneClientAreAllFed(TestCluster cluster) {
        MusterClient client = cluster.client();
        List<ServiceView> views = IntStream.range(0, 10_000)
                .mapToObj(i -> client.view("many-" + i))
                .toList();
        views.forEach(view -> view.ready().join());
        client.write(Change.register(ServiceInstance.of("many-9999", "a").endpoint("grpc", "10.0.0.1", 8080)));

        await("the last one shows what is new")
                .atMost(Duration.ofSeconds(10))
                .until(() -> views.get(9_999).snapshot().all().size() == 1);
    }

    /** A view of a client of its own, with every list that it showed. */
    private record Recorded(ServiceView view, Queue<ServiceSnapshot> shown) {
        static Recorded of(TestCluster cluster, String service) {
            ServiceView view = cluster.client().view(service);
            Queue<ServiceSnapshot> shown = new ConcurrentLinkedQueue<>();
            var unused = view.onChange(shown::add);
            view.ready().join();
            return new Recorded(view, shown);
        }

        void assertComplete(MusterClient client) {
            List<String> ids = ids(client.lookup(LookupQuery.of(view.service()).withNotServing())
                    .instances());
            await("the view shows what is registered")
                    .atMost(Duration.ofSeconds(25))
                    .untilAsserted(() -> assertThat(ids(view.snapshot().all())).isEqualTo(ids));
            List<Long> revisions = shown.stream()
                    .map(ServiceSnapshot::position)
                    .map(Position::revision)
                    .toList();
            assertThat(revisions).as("revisions that it showed").isSorted();
        }

        private static List<String> ids(List<ServiceInstance> instances) {
            return instances.stream().map(ServiceInstance::id).toList();
        }
    }
}
