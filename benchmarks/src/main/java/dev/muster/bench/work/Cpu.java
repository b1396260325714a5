// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import com.sun.management.OperatingSystemMXBean;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Node;
import java.lang.management.ManagementFactory;

/** Processor time from the moment on at which it was made. Immutable. */
final class Cpu {
    private final Cluster cluster;
    private final double servers;
    private final double client = clientNow();
    private final long begun = System.nanoTime();

    private Cpu(Cluster cluster) {
        this.cluster = cluster;
        this.servers = serversNow(cluster);
    }

    static Cpu from(Cluster cluster) {
        return new Cpu(cluster);
    }

    /** Adds both sides' cost of 100,000 of what was done so often. */
    Figures addTo(Figures figures, long done) {
        return figures.and(Figure.SERVER_CPU, (serversNow(cluster) - servers) / done * 1e5)
                .and(Figure.CLIENT_CPU, (clientNow() - client) / done * 1e5);
    }

    /** What the servers took in a minute. */
    double serversPerMinute() {
        return (serversNow(cluster) - servers) / (System.nanoTime() - begun) * 60e9;
    }

    private static double serversNow(Cluster cluster) {
        return cluster.nodes().stream().mapToDouble(Node::cpuSeconds).sum();
    }

    private static double clientNow() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }
}
