// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.MusterClient;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Machine;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Others who take much and give nothing: idle connections, and watchers that do not read. */
@ClusterTest
final class CrowdTest {
    private static final Logger LOG = LoggerFactory.getLogger(CrowdTest.class);
    private static final int SOCKETS = 1_000;
    private static final int SLOW_WATCHES = 200;
    private static final int ROUNDS = 9;

    @Test
    @Tag("long")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void idleSocketsAndASlowWatcherDoNotKeepOthersFromTheirAnswers(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(50);
        TestNode leader = cluster.awaitLeader();
        MusterClient client = cluster.clientOf(leader);
        try (Crowd crowd = Crowd.at(leader)) {
            writers.awaitMore(500);
            assertThat(lookupMicros(client, 500)).isNotEmpty();
            assertThat(crowd.sockets).hasSize(SOCKETS);
        }
        assertThat(cluster.awaitLeader()).isSameAs(leader);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void idleSocketsAndASlowWatcherCostOthersLittle(TestCluster cluster) {
        Workload writers = cluster.startWriters(2).awaitMore(500);
        TestNode leader = cluster.awaitLeader();
        MusterClient client = cluster.clientOf(leader);
        lookupMicros(client, 5_000);
        double[] quiet = new double[ROUNDS];
        double[] crowded = new double[ROUNDS];
        // In turn, so that whatever else this machine does falls on both.
        for (int round = 0; round < ROUNDS; round++) {
            quiet[round] = p99(client);
            try (Crowd crowd = Crowd.at(leader)) {
                writers.awaitMore(500);
                crowded[round] = p99(client);
                assertThat(crowd.sockets).hasSize(SOCKETS);
            }
        }
        LOG.info(
                "p99 of lookups: {} us, with {} idle sockets and a slow watcher {} us",
                median(quiet),
                SOCKETS,
                median(crowded));
        if (Machine.isFitForTiming()) {
            assertThat(median(crowded)).isLessThanOrEqualTo(1.5 * median(quiet));
        }
    }

    private static double p99(MusterClient client) {
        long[] micros = lookupMicros(client, 1_000);
        Arrays.sort(micros);
        return micros[micros.length * 99 / 100];
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long[] lookupMicros(MusterClient client, int count) {
        long[] micros = new long[count];
        for (int i = 0; i < count; i++) {
            long begun = System.nanoTime();
            client.lookup("load-1");
            micros[i] = (System.nanoTime() - begun) / 1_000;
        }
        return micros;
    }

    /** Connections that say nothing, and a stream of watches that is never read. */
    private static final class Crowd implements AutoCloseable {
        final List<Socket> sockets = new ArrayList<>();
        private final RawNode slow;

        private Crowd(RawNode slow) {
            this.slow = slow;
        }

        static Crowd at(TestNode node) {
            Crowd crowd = new Crowd(RawNode.at(node.endpoint()));
            try {
                for (int i = 0; i < SOCKETS; i++) {
                    crowd.sockets.add(new Socket(InetAddress.getLoopbackAddress(), node.port()));
                }
            } catch (IOException e) {
                crowd.close();
                throw new UncheckedIOException(e);
            }
            crowd.watchWithoutReading();
            return crowd;
        }

        private void watchWithoutReading() {
            var requests = slow.watch().open(new ClientResponseObserver<WatchRequest, WatchResponse>() {
                @Override
                public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
                    stream.disableAutoRequestWithInitial(0);
                }

                @Override
                public void onNext(WatchResponse response) {
                    throw new AssertionError("was not asked for: " + response);
                }

                @Override
                public void onError(Throwable failure) {
                    LOG.info("the slow watcher was sent away: {}", failure.toString());
                }

                @Override
                public void onCompleted() {
                    LOG.info("the slow watcher was sent away");
                }
            });
            requests.onNext(WatchRequest.newBuilder()
                    .setHello(WatchHello.newBuilder().setClientName("slow"))
                    .build());
            for (int watch = 1; watch <= SLOW_WATCHES; watch++) {
                requests.onNext(WatchRequest.newBuilder()
                        .setSubscribe(Subscribe.newBuilder().setWatch(watch).setService("load-" + watch % 16))
                        .build());
            }
        }

        @Override
        public void close() {
            slow.close();
            for (Socket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
