// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.etcd.EtcdCluster;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Node;
import dev.muster.bench.system.Ports;
import dev.muster.bench.system.Target;
import dev.muster.bench.system.Waiting;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import dev.muster.cli.load.ClosedLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What many instances cost: memory, the return of a follower that was killed, a snapshot, and the writes meanwhile.
 * Each number of instances has a cluster of its own.
 */
final class SizeSuite implements Suite {
    private static final Duration LONGEST_RETURN = Duration.ofMinutes(10);
    private static final int WRITES_IN_FLIGHT = 64;
    /** What a killed follower misses. */
    private static final int MISSED_WRITES = 1_000;

    private static final int MOST_SERVICES = 10_000;

    private static String memory(int count) {
        return "memory of " + count + " instances";
    }

    private static String restart(int count) {
        return "restart of a killed follower, " + count + " instances";
    }

    private static String snapshot(int count) {
        return "snapshot of " + count + " instances";
    }

    private static String writes(int count) {
        return "writes during a snapshot of " + count + " instances";
    }

    private static List<String> works(int count) {
        return List.of(memory(count), restart(count), snapshot(count), writes(count));
    }

    @Override
    public List<String> works(Scale scale) {
        return scale.instances().stream()
                .map(SizeSuite::works)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return List.of(MusterCluster.KIND, EtcdCluster.KIND, ZooKeeperCluster.KIND);
    }

    @Override
    public void run(Trial trial) throws Exception {
        for (int count : trial.scale().instances()) {
            if (works(count).stream().anyMatch(trial::wants)) {
                run(trial, new Instances("size", Math.min(MOST_SERVICES, count / 100), count));
            }
        }
    }

    private static void run(Trial trial, Instances instances) throws Exception {
        int count = instances.count();
        try (Cluster cluster = trial.start()) {
            Target target = cluster.connect();
            Memory empty = Memory.of(cluster);
            instances.fill(target);
            if (trial.wants(memory(count))) {
                Memory full = Memory.of(cluster);
                trial.measured(
                        memory(count),
                        Figures.of(Figure.MEGABYTES, (full.ofData() - empty.ofData()) / count * 1e5)
                                .and(Figure.RESIDENT_MEGABYTES, full.resident())
                                .and(Figure.HEAP_MEGABYTES, full.heap()));
            }
            if (trial.wants(restart(count))) {
                trial.measured(restart(count), Figures.of(Figure.SECONDS, restart(cluster, target, instances)));
            }
            if (trial.wants(snapshot(count)) || trial.wants(writes(count))) {
                snapshot(trial, cluster, target, instances);
            }
            // The nodes go first: that so many instances are taken back one by one is not what is measured.
            for (Node node : cluster.nodes()) {
                node.kill();
            }
            target.close();
        }
    }

    /** Seconds from the start of the process until it serves and has all that the others have. */
    private static double restart(Cluster cluster, Target target, Instances instances) throws Exception {
        int leader = cluster.leader();
        int follower = (leader + 1) % Ports.NODES;
        cluster.nodes().get(follower).kill();
        List<CompletableFuture<?>> missed = Stream.iterate(0L, i -> i + 1)
                .limit(MISSED_WRITES)
                .<CompletableFuture<?>>map(i -> instances.update(target, i))
                .toList();
        missed.forEach(CompletableFuture::join);
        long begun = System.nanoTime();
        cluster.nodes().get(follower).restart();
        Waiting.until("the follower is back", LONGEST_RETURN, () -> cluster.hasCaughtUp(follower, leader));
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Snapshots of the leader, one after the other, while it takes writes; and the same writes without them before. */
    private static void snapshot(Trial trial, Cluster cluster, Target target, Instances instances) throws Exception {
        int leader = cluster.leader();
        long begun = System.nanoTime();
        if (!cluster.snapshot(leader)) {
            return;
        }
        trial.measured(snapshot(instances.count()), Figures.of(Figure.SECONDS, (System.nanoTime() - begun) / 1e9));
        trial.warmUp(target, instances);
        Duration time = trial.scale().time().multipliedBy(2);
        AtomicLong numbers = new AtomicLong();
        ClosedLoop.Result calm =
                ClosedLoop.run(WRITES_IN_FLIGHT, time, numbers, number -> instances.update(target, number));
        CompletableFuture<Void> snapshots = new CompletableFuture<>();
        Thread thread = new Thread(() -> snapshots(cluster, leader, time, snapshots), "snapshots");
        thread.start();
        ClosedLoop.Result disturbed =
                ClosedLoop.run(WRITES_IN_FLIGHT, time, numbers, number -> instances.update(target, number));
        snapshots.join();
        trial.measured(
                writes(instances.count()),
                Figures.of(Figure.P99_MILLIS, disturbed.p99() / 1000.0)
                        .and(Figure.CALM_P99_MILLIS, calm.p99() / 1000.0)
                        .and(Figure.LONGEST_MILLIS, disturbed.max() / 1000.0)
                        .and(Figure.OPERATIONS_PER_SECOND, disturbed.perSecond()));
    }

    private static void snapshots(Cluster cluster, int node, Duration time, CompletableFuture<Void> done) {
        try {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                var unused = cluster.snapshot(node);
            }
            done.complete(null);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }
}
