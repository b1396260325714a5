// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.etcd.EtcdCluster;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Leases;
import dev.muster.bench.system.Renewing;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What it costs the servers to keep leases alive, each renewed every third of its time: as one connection with all
 * leases, as a proxy of a host has it, and as connections with 100 each.
 */
final class LeaseSuite implements Suite {
    private static final int LEASES_EACH = 100;
    /** Renewals of each lease that are measured. */
    private static final int RENEWALS = 2;

    /** So many leases on so many connections. */
    private record Form(int leases, int connections) {
        String work() {
            return "keep-alive of " + leases + " leases on " + connections
                    + (connections == 1 ? " connection" : " connections");
        }
    }

    private static List<Form> forms(Scale scale) {
        return scale.leases().stream()
                .flatMap(leases -> Stream.of(new Form(leases, 1), new Form(leases, leases / LEASES_EACH)))
                .toList();
    }

    @Override
    public List<String> works(Scale scale) {
        return forms(scale).stream().map(Form::work).toList();
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return List.of(MusterCluster.KIND, EtcdCluster.KIND, ZooKeeperCluster.KIND);
    }

    @Override
    public void run(Trial trial) throws Exception {
        for (Form form : forms(trial.scale())) {
            if (trial.wants(form.work())) {
                run(trial, form);
            }
        }
    }

    /** On a cluster of its own: leases of the one before would still have to end. */
    private static void run(Trial trial, Form form) throws Exception {
        Duration ttl = trial.scale().leaseTtl();
        long third = ttl.toNanos() / 3;
        try (Cluster cluster = trial.start()) {
            Leases leases = cluster.leases();
            if (form.connections() == 1 && !leases.sharesConnections()) {
                return;
            }
            Cpu idle = Cpu.from(cluster);
            TimeUnit.NANOSECONDS.sleep(third);
            double idlePerMinute = idle.serversPerMinute();
            try (Renewing renewing = leases.keep(form.connections(), form.leases() / form.connections(), ttl)) {
                // Once around: what was granted is renewed in its slot from now on, and the code has run.
                TimeUnit.NANOSECONDS.sleep(third);
                long before = renewing.renewed();
                long begun = System.nanoTime();
                Cpu cpu = Cpu.from(cluster);
                TimeUnit.NANOSECONDS.sleep(third * RENEWALS);
                double perMinute = cpu.serversPerMinute();
                renewing.check();
                trial.measured(
                        form.work(),
                        Figures.of(Figure.SERVER_CPU_PER_MINUTE, perMinute)
                                .and(Figure.IDLE_CPU_PER_MINUTE, idlePerMinute)
                                .and(
                                        Figure.RENEWALS_PER_SECOND,
                                        (renewing.renewed() - before) * 1e9 / (System.nanoTime() - begun)));
            }
        }
    }
}
