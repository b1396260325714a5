// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.muster.cli.load.ClosedLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Muster beside its peers: rounds that alternate between the systems, each on a fresh cluster, so that whatever else the
 * machine does falls on all of them alike. Prints one table of medians and writes all that was measured to a file.
 */
public final class Compare {
    private static final int WARM_UP_IN_FLIGHT = 256;

    private final Options options;
    private final List<Measured> all = new ArrayList<>();

    private Compare(Options options) {
        this.options = options;
    }

    /** Runs it. The folder of the clusters and the results is the property {@code bench.folder}. */
    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments, Path.of(System.getProperty("bench.folder")));
        new Compare(options).run();
        System.exit(0);
    }

    private void run() throws Exception {
        List<Cluster.Kind> kinds = new ArrayList<>();
        for (Cluster.Kind kind : List.of(MusterCluster.KIND, EtcdCluster.KIND, ZooKeeperCluster.KIND)) {
            if (!options.wants(kind)) {
                continue;
            }
            if (kind.missing() == null) {
                kinds.add(kind);
            } else {
                System.err.println(kind.title() + " is left out: " + kind.missing());
            }
        }
        for (int round = 1; round <= options.rounds(); round++) {
            for (int i = 0; i < kinds.size(); i++) {
                // Another one begins each round.
                measure(kinds.get((round + i) % kinds.size()), round);
            }
        }
        Report report = new Report(kinds.stream().map(Cluster.Kind::title).toList(), all);
        report.write(options.folder().resolve("results.json"));
        System.out.print(report.table());
    }

    private void measure(Cluster.Kind kind, int round) throws Exception {
        Path folder = options.folder().resolve(kind.title().toLowerCase(java.util.Locale.ROOT));
        delete(folder);
        Files.createDirectories(folder);
        AtomicLong numbers = new AtomicLong();
        try (Cluster cluster = kind.start(folder);
                Target target = cluster.connect()) {
            Work.prepare(target);
            warmUp(target, numbers);
            for (Work work : Work.ALL) {
                if (options.wants(work)) {
                    Measured measured = measure(kind, cluster, target, work, round, numbers);
                    all.add(measured);
                    System.err.printf(
                            "round %d  %-10s %-42s %9.0f/s  p50 %7.2f ms  p99 %7.2f ms  servers %6.2f s/100k%n",
                            round,
                            kind.title(),
                            work.name(),
                            measured.perSecond(),
                            measured.p50Micros() / 1000.0,
                            measured.p99Micros() / 1000.0,
                            measured.serverCpu());
                }
            }
        }
        delete(folder);
    }

    /** All works in turn: what is measured later must not be warmer than what is measured first. */
    private void warmUp(Target target, AtomicLong numbers) throws InterruptedException {
        if (options.warmUp().isZero()) {
            return;
        }
        List<Work> works = Work.ALL.stream().filter(options::wants).toList();
        for (Work work : works) {
            var unused = new Work(work.name(), Math.min(work.inFlight(), WARM_UP_IN_FLIGHT), work.kind())
                    .run(target, options.warmUp().dividedBy(works.size()), numbers);
        }
    }

    private Measured measure(
            Cluster.Kind kind, Cluster cluster, Target target, Work work, int round, AtomicLong numbers)
            throws InterruptedException {
        double servers = serverCpu(cluster);
        double client = clientCpu();
        ClosedLoop.Result result = work.run(target, options.time(), numbers);
        double hundredThousands = result.operations() / 1e5;
        return new Measured(
                kind.title(),
                work.name(),
                round,
                result.perSecond(),
                result.p50(),
                result.p99(),
                result.p999(),
                (serverCpu(cluster) - servers) / hundredThousands,
                (clientCpu() - client) / hundredThousands,
                result.failures());
    }

    private static double serverCpu(Cluster cluster) {
        return cluster.nodes().stream().mapToDouble(Node::cpuSeconds).sum();
    }

    private static double clientCpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
