// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.etcd.EtcdCluster;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Watches;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import dev.muster.cli.load.ClosedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Changes of one service told to all its watchers. At saturation writers change instances as fast as they can; what
 * counts are events that reached a watcher under their own revision, and joined ones count once. At a fixed rate it is
 * the delay from the begin of a write to its event that counts.
 */
final class WatchSuite implements Suite {
    private static final int WRITES_IN_FLIGHT = 16;
    private static final int CHANGES_PER_SECOND = 20;
    /** Connections that carry several watchers each, where a system has that. */
    private static final int SHARED = 4;

    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Instances WATCHED = Instances.ofOne("watched", 500);

    /** So many watchers on so many connections. */
    private record Form(int watchers, int connections) {
        String saturated() {
            return "events to " + this;
        }

        String paced() {
            return "delay of " + CHANGES_PER_SECOND + " changes/s to " + this;
        }

        boolean shares() {
            return connections < watchers;
        }

        @Override
        public String toString() {
            return watchers
                    + (watchers == 1 ? " watcher" : " watchers")
                    + (shares() ? " on " + connections + " connections" : "");
        }
    }

    /** Each watcher a connection of its own, as a process is; and the most of them on few. */
    private static List<Form> forms(Scale scale) {
        List<Form> forms = new ArrayList<>();
        for (int watchers : scale.watchers()) {
            forms.add(new Form(watchers, watchers));
        }
        int most = scale.watchers().get(scale.watchers().size() - 1);
        forms.add(new Form(most, SHARED));
        return forms;
    }

    @Override
    public List<String> works(Scale scale) {
        return forms(scale).stream()
                .flatMap(form -> List.of(form.saturated(), form.paced()).stream())
                .toList();
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return List.of(MusterCluster.KIND, EtcdCluster.KIND, ZooKeeperCluster.KIND);
    }

    @Override
    public void run(Trial trial) throws Exception {
        try (Cluster cluster = trial.start();
                Target target = cluster.connect()) {
            WATCHED.fill(target);
            trial.warmUp(target, WATCHED);
            Watches watches = cluster.watches();
            for (Form form : forms(trial.scale())) {
                if ((trial.wants(form.saturated()) || trial.wants(form.paced()))
                        && (!form.shares() || watches.sharesConnections())) {
                    run(trial, cluster, target, watches, form);
                }
            }
        }
    }

    private static void run(Trial trial, Cluster cluster, Target target, Watches watches, Form form) throws Exception {
        Events events = new Events(form.watchers(), WATCHED.count());
        int each = form.watchers() / form.connections();
        AutoCloseable watching = watches.watch(WATCHED.service(), form.connections(), each, events);
        try {
            if (trial.wants(form.paced())) {
                trial.measured(form.paced(), paced(trial.scale().time().multipliedBy(2), cluster, target, events));
            }
            if (trial.wants(form.saturated())) {
                trial.measured(form.saturated(), saturated(trial.scale().time(), cluster, target, events));
            }
        } finally {
            watching.close();
        }
    }

    private static Figures paced(Duration time, Cluster cluster, Target target, Events events)
            throws InterruptedException {
        events.reset();
        Cpu cpu = Cpu.from(cluster);
        long begun = System.nanoTime();
        long changes = time.toMillis() * CHANGES_PER_SECOND / 1000;
        for (long i = 0; i < changes; i++) {
            long due = begun + i * TimeUnit.SECONDS.toNanos(1) / CHANGES_PER_SECOND;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            events.sent((int) (i % WATCHED.count()));
            var unused = WATCHED.update(target, i);
        }
        events.awaitSilence(SILENCE);
        Figures figures = Figures.of(Figure.P99_MILLIS, events.delayMillis(99))
                .and(Figure.P50_MILLIS, events.delayMillis(50))
                .and(Figure.EVENTS_PER_SECOND, events.perSecond(begun));
        return cpu.addTo(figures, events.count());
    }

    private static Figures saturated(Duration time, Cluster cluster, Target target, Events events)
            throws InterruptedException {
        events.reset();
        Cpu cpu = Cpu.from(cluster);
        long begun = System.nanoTime();
        ClosedLoop.Result writes =
                ClosedLoop.run(WRITES_IN_FLIGHT, time, new AtomicLong(), number -> WATCHED.update(target, number));
        events.awaitSilence(SILENCE);
        Figures figures = Figures.of(Figure.EVENTS_PER_SECOND, events.perSecond(begun))
                .and(Figure.OPERATIONS_PER_SECOND, writes.perSecond());
        return cpu.addTo(figures, events.count());
    }
}
