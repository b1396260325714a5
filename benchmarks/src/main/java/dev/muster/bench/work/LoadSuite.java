// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.etcd.EtcdCluster;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Target;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import dev.muster.cli.load.ClosedLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Registrations and linearizable lookups, with so many in flight at any time. */
final class LoadSuite implements Suite {
    private static final int WARM_UP_IN_FLIGHT = 256;

    /** The service that is read, and those that are written to. */
    private static final Instances READ = Instances.ofOne("read", 100);

    private static final Instances WRITTEN = new Instances("load", 200, Integer.MAX_VALUE);

    private static final List<Work> WORKS = List.of(
            new Work("register, 1 in flight", 1, Operation.REGISTER),
            new Work("register, 64 in flight", 64, Operation.REGISTER),
            new Work("register, 1024 in flight", 1024, Operation.REGISTER),
            new Work("register, 2048 in flight", 2048, Operation.REGISTER),
            new Work("lookup of one, 1 in flight", 1, Operation.LOOKUP_ONE),
            new Work("lookup of one, 64 in flight", 64, Operation.LOOKUP_ONE),
            new Work("lookup of one, 1024 in flight", 1024, Operation.LOOKUP_ONE),
            new Work("lookup of a service of 100, 1 in flight", 1, Operation.LOOKUP_SERVICE),
            new Work("lookup of a service of 100, 64 in flight", 64, Operation.LOOKUP_SERVICE),
            new Work("9 lookups to 1 registration, 64 in flight", 64, Operation.MIXED));

    private enum Operation {
        REGISTER,
        LOOKUP_ONE,
        LOOKUP_SERVICE,
        MIXED
    }

    @Override
    public List<String> works(Scale scale) {
        return WORKS.stream().map(Work::name).toList();
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return List.of(MusterCluster.KIND, EtcdCluster.KIND, ZooKeeperCluster.KIND);
    }

    @Override
    public void run(Trial trial) throws Exception {
        List<Work> works =
                WORKS.stream().filter(work -> trial.wants(work.name())).toList();
        AtomicLong numbers = new AtomicLong();
        try (Cluster cluster = trial.start();
                Target target = cluster.connect()) {
            READ.fill(target);
            // All works in turn: what is measured later must not be warmer than what is measured first.
            for (Work work : trial.scale().warmUp().isZero() ? List.<Work>of() : works) {
                var unused = new Work(work.name(), Math.min(work.inFlight(), WARM_UP_IN_FLIGHT), work.operation())
                        .run(target, trial.scale().warmUp().dividedBy(works.size()), numbers);
            }
            for (Work work : works) {
                Cpu cpu = Cpu.from(cluster);
                ClosedLoop.Result result = work.run(target, trial.scale().time(), numbers);
                trial.measured(
                        work.name(), figures(result, cpu).and(Figure.RESIDENT_MEGABYTES, Memory.residentOf(cluster)));
            }
        }
    }

    private static Figures figures(ClosedLoop.Result result, Cpu cpu) {
        Figures figures = Figures.of(Figure.OPERATIONS_PER_SECOND, result.perSecond())
                .and(Figure.P50_MILLIS, result.p50() / 1000.0)
                .and(Figure.P99_MILLIS, result.p99() / 1000.0)
                .and(Figure.P999_MILLIS, result.p999() / 1000.0);
        return cpu.addTo(figures, result.operations()).and(Figure.FAILURES, result.failures());
    }

    /** One line of the table: what is done, and how much of it at once. */
    private record Work(String name, int inFlight, Operation operation) {
        ClosedLoop.Result run(Target target, Duration time, AtomicLong numbers) throws InterruptedException {
            return ClosedLoop.run(inFlight, time, numbers, on(target));
        }

        private LongFunction<CompletableFuture<?>> on(Target target) {
            return switch (operation) {
                case REGISTER -> number -> WRITTEN.register(target, number);
                case LOOKUP_ONE -> number -> lookupOne(target);
                case LOOKUP_SERVICE ->
                    number -> target.lookupService(READ.service()).thenAccept(found -> {
                        if (found != READ.count()) {
                            throw new IllegalStateException("found " + found + " of " + READ.count() + " instances");
                        }
                    });
                case MIXED -> number -> number % 10 == 0 ? WRITTEN.register(target, number) : lookupOne(target);
            };
        }

        private static CompletableFuture<?> lookupOne(Target target) {
            return READ.lookupOne(target, ThreadLocalRandom.current().nextInt(READ.count()));
        }
    }
}
