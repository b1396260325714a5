// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.etcd.EtcdCluster;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Waiting;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import java.time.Duration;
import java.util.List;

/**
 * How long nothing is written when the leader goes: the longest time between two acknowledged writes around the fault,
 * with one write in flight. The cluster is whole and has worked for a while before each fault.
 */
final class GapSuite implements Suite {
    private static final Duration LONGEST_RETURN = Duration.ofMinutes(3);
    /** Writes without a fault before each one, and after the first one that came through. */
    private static final Duration CALM = Duration.ofSeconds(3);

    private static final Instances WARM_UP = Instances.ofOne("warm-up", 100);

    private final Fault fault;
    private final List<Cluster.Kind> kinds;

    private enum Fault {
        KILL("gap at kill -9 of the leader"),
        PAUSE("gap at SIGSTOP of the leader");

        private final String work;

        Fault(String work) {
            this.work = work;
        }
    }

    private GapSuite(Fault fault, List<Cluster.Kind> kinds) {
        this.fault = fault;
        this.kinds = kinds;
    }

    static GapSuite kills() {
        return new GapSuite(
                Fault.KILL,
                List.of(MusterCluster.KIND, EtcdCluster.KIND, EtcdCluster.SHORT_TIMEOUT, ZooKeeperCluster.KIND));
    }

    static GapSuite pauses() {
        return new GapSuite(Fault.PAUSE, List.of(MusterCluster.KIND, EtcdCluster.KIND));
    }

    @Override
    public List<String> works(Scale scale) {
        return List.of(fault.work);
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return kinds;
    }

    @Override
    public void run(Trial trial) throws Exception {
        try (Cluster cluster = trial.start()) {
            try (Target target = cluster.connect()) {
                WARM_UP.fill(target);
                trial.warmUp(target, WARM_UP);
            }
            try (SteadyWriter writer = SteadyWriter.begin(cluster.writer())) {
                for (int i = 0; i < trial.scale().faultsInARound(); i++) {
                    trial.measured(fault.work, Figures.of(Figure.GAP_MILLIS, gap(cluster, writer)));
                }
            }
        }
    }

    private double gap(Cluster cluster, SteadyWriter writer) throws Exception {
        writer.passes(CALM);
        int leader = cluster.leader();
        Node node = cluster.nodes().get(leader);
        writer.watch();
        switch (fault) {
            case KILL -> node.kill();
            case PAUSE -> node.pause();
        }
        writer.passesAWrite(LONGEST_RETURN);
        writer.passes(CALM);
        double gap = writer.longestPauseMillis();
        switch (fault) {
            case KILL -> node.restart();
            case PAUSE -> node.resume();
        }
        Waiting.until("the node is back", LONGEST_RETURN, () -> cluster.hasCaughtUp(leader, cluster.leader()));
        return gap;
    }
}
