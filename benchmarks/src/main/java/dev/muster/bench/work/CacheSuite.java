// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import com.sun.management.ThreadMXBean;
import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Figure;
import dev.muster.bench.report.Figures;
import dev.muster.bench.system.CachedLookup;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.zookeeper.ZooKeeperCluster;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The list of a service out of a client that keeps it: of one of many services, another one each time. Time and memory
 * are those of the calling threads, so that more threads than processors do not look slower than they are.
 */
final class CacheSuite implements Suite {
    private static final int INSTANCES_EACH = 3;
    private static final List<Integer> THREADS = List.of(1, 4);
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final int BATCH = 10_000;

    private static String work(Scale scale, int threads) {
        return "cached lookup, " + scale.services() + " services, " + threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public List<String> works(Scale scale) {
        return THREADS.stream().map(threads -> work(scale, threads)).toList();
    }

    @Override
    public List<Cluster.Kind> kinds() {
        return List.of(MusterCluster.KIND, ZooKeeperCluster.KIND);
    }

    @Override
    public void run(Trial trial) throws Exception {
        Scale scale = trial.scale();
        try (Cluster cluster = trial.start();
                CachedLookup cache = cluster.cache(scale.services(), INSTANCES_EACH)) {
            for (int threads : THREADS) {
                if (trial.wants(work(scale, threads))) {
                    var unused = measure(cache, scale.services(), threads, WARM_UP);
                    Costs costs = measure(cache, scale.services(), threads, scale.time());
                    trial.measured(
                            work(scale, threads),
                            Figures.of(Figure.NANOS_PER_OPERATION, (double) costs.nanos() / costs.lookups())
                                    .and(Figure.BYTES_PER_OPERATION, (double) costs.bytes() / costs.lookups()));
                }
            }
        }
    }

    /** What so many lookups took. */
    private record Costs(long lookups, long nanos, long bytes) {
        Costs plus(Costs other) {
            return new Costs(lookups + other.lookups, nanos + other.nanos, bytes + other.bytes);
        }
    }

    private static Costs measure(CachedLookup cache, int services, int threads, Duration time)
            throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Costs>> readers = IntStream.rangeClosed(1, threads)
                    .mapToObj(seed -> (Callable<Costs>) () -> read(cache, services, seed, time))
                    .toList();
            Costs sum = new Costs(0, 0, 0);
            for (Future<Costs> reader : executor.invokeAll(readers)) {
                sum = sum.plus(reader.get());
            }
            return sum;
        } finally {
            executor.shutdownNow();
        }
    }

    private static Costs read(CachedLookup cache, int services, int seed, Duration time) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long end = System.nanoTime() + time.toNanos();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long nanos = threads.getCurrentThreadCpuTime();
        long lookups = 0;
        long found = 0;
        int random = seed;
        do {
            for (int i = 0; i < BATCH; i++) {
                random ^= random << 13;
                random ^= random >>> 17;
                random ^= random << 5;
                found += cache.lookup((random >>> 1) % services);
            }
            lookups += BATCH;
        } while (System.nanoTime() < end);
        Costs costs = new Costs(
                lookups, threads.getCurrentThreadCpuTime() - nanos, threads.getCurrentThreadAllocatedBytes() - bytes);
        if (found != lookups * INSTANCES_EACH) {
            throw new IllegalStateException(
                    "found " + found + " instances (expected: " + lookups * INSTANCES_EACH + ")");
        }
        return costs;
    }
}
