// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.Change;
import dev.muster.client.InstanceKey;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.ServiceInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Work for a cluster of which the first node writes an archive of what it has loaded: each node leads for a while, the
 * first one last.
 */
final class Training {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_MILLIS = 100;
    private static final int ROUNDS = 10;
    private static final int IN_FLIGHT = 64;

    private final MusterClient client;

    Training(MusterClient client) {
        this.client = client;
    }

    /** Puts these nodes to work in turn, from the last to the first. Fails when one does not lead within a minute. */
    void work(List<String> nodes) throws InterruptedException {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            lead(nodes.get(i));
            for (int round = 0; round < ROUNDS; round++) {
                writeAndRead(nodes.get(i) + "-" + round);
            }
        }
    }

    private void lead(String node) throws InterruptedException {
        long begun = System.nanoTime();
        while (true) {
            try {
                client.cluster().transferLeadership(node);
                return;
            } catch (MusterException notYet) {
                if (System.nanoTime() - begun > PATIENCE_NANOS) {
                    throw notYet;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void writeAndRead(String round) {
        String service = "training-" + round;
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            calls.add(client.writeAsync(Change.register(
                    ServiceInstance.of(InstanceKey.of(service, "i-" + i)).endpoint("grpc", "127.0.0.1", 9_000))));
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            calls.add(client.lookupAsync(LookupQuery.of(service)));
        }
        calls.forEach(CompletableFuture::join);
    }
}
