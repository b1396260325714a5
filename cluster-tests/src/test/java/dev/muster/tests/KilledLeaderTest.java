// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Listing;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Machine;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@ClusterTest
final class KilledLeaderTest {
    private static final Logger LOG = LoggerFactory.getLogger(KilledLeaderTest.class);
    private static final Duration ACCEPTED_MEDIAN = Duration.ofMillis(1_300);

    @Test
    void killedLeaderIsReplacedAndNoRegistrationIsLost(TestCluster cluster) {
        // Two gaps say nothing about the median; twenty do, in the slow run.
        assertThat(killLeaders(cluster, 2)).hasSize(2);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void twentyLeadersKilledOneAfterTheOtherLoseNoRegistration(TestCluster cluster) {
        assertSoon(killLeaders(cluster, 20));
    }

    @Test
    @Tag("long")
    void noLeaseThatIsKeptAliveExpiresWhenTheLeaderIsKilledAgainAndAgain(TestCluster cluster) {
        String service = "kept-alive";
        Duration ttl = Duration.ofSeconds(3);
        for (int process = 0; process < 20; process++) {
            MusterClient client = cluster.client(builder -> builder.sessionTtl(ttl));
            for (int instance = 0; instance < 10; instance++) {
                client.register(ServiceInstance.of(service, "p" + process + "-" + instance)
                        .endpoint("grpc", "10.0.0.1", 8080));
            }
        }
        MusterClient observer = cluster.client();
        Map<String, Listing> before = listings(observer.lookup(service));
        assertThat(before).hasSize(200);

        for (int kill = 0; kill < 2; kill++) {
            TestNode leader = cluster.awaitLeader();
            leader.kill();
            cluster.awaitLeader();
            leader.restart();
        }

        // The last leader has given each lease its full time once more; what counts comes after that.
        await("an instance that expired would be held, or registered again with a later revision and lease")
                .during(ttl.multipliedBy(2))
                .atMost(ttl.multipliedBy(3))
                .until(() -> {
                    LookupResult now = observer.lookup(service);
                    return now.held() == 0 && listings(now).equals(before);
                });
    }

    /** The longest time without an acknowledged write around each kill. */
    private static List<Duration> killLeaders(TestCluster cluster, int kills) {
        Workload writers = cluster.startWriters(4);
        List<Duration> gaps = new ArrayList<>();
        for (int kill = 1; kill <= kills; kill++) {
            writers.awaitMore(100);
            TestNode leader = cluster.awaitLeader();
            long killed = System.nanoTime();
            leader.kill();
            writers.awaitMore(100);
            gaps.add(cluster.ledger().longestGapSince(killed));
            LOG.info(
                    "kill {} of {}: leader {}, {} ms without writes",
                    kill,
                    kills,
                    leader,
                    gaps.get(kill - 1).toMillis());
            leader.restart();
        }
        writers.stop();
        LOG.info(
                "{} leaders killed, ms without writes: {}, median {}",
                kills,
                gaps.stream().sorted().map(Duration::toMillis).toList(),
                median(gaps).toMillis());
        return gaps;
    }

    private static void assertSoon(List<Duration> gaps) {
        if (Machine.isFitForTiming()) {
            assertThat(median(gaps)).isLessThan(ACCEPTED_MEDIAN);
        }
    }

    private static Duration median(List<Duration> gaps) {
        return gaps.stream().sorted().toList().get(gaps.size() / 2);
    }

    private static Map<String, Listing> listings(LookupResult result) {
        return result.instances().stream().collect(toMap(ServiceInstance::id, ServiceInstance::listing));
    }
}
