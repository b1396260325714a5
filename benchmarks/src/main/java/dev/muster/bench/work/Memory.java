// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Node;
import java.io.IOException;
import java.util.OptionalDouble;

/**
 * What the nodes of a cluster hold, in megabytes, each a mean over the nodes. Immutable.
 *
 * @param resident memory
 * @param heap what lives after a full collection; empty without a JVM
 */
record Memory(double resident, OptionalDouble heap) {
    /** Resident memory alone, which disturbs nobody. */
    static double residentOf(Cluster cluster) {
        return cluster.nodes().stream()
                .mapToDouble(Node::residentMegabytes)
                .average()
                .orElseThrow();
    }

    /** Both; makes each JVM collect. */
    static Memory of(Cluster cluster) throws IOException, InterruptedException {
        double heap = 0;
        for (Node node : cluster.nodes()) {
            OptionalDouble live = node.liveHeapMegabytes();
            if (live.isEmpty()) {
                return new Memory(residentOf(cluster), OptionalDouble.empty());
            }
            heap += live.getAsDouble() / cluster.nodes().size();
        }
        return new Memory(residentOf(cluster), OptionalDouble.of(heap));
    }

    /** What the data takes: the live heap, or without a JVM what is resident. */
    double ofData() {
        return heap.orElse(resident);
    }
}
