// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.report.Figures;
import dev.muster.bench.report.Measured;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.system.Target;
import dev.muster.cli.load.ClosedLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One suite on one system in one round. Immutable.
 *
 * @param kind the system
 * @param scale how much is done
 * @param round from 1
 * @param folder for clusters, one at a time
 * @param wants whether a work was asked for
 * @param results takes what is measured
 */
public record Trial(
        Cluster.Kind kind, Scale scale, int round, Path folder, Predicate<String> wants, Consumer<Measured> results) {
    private static final int WARM_UP_IN_FLIGHT = 64;

    /** A fresh cluster; the one before has to be closed. */
    Cluster start() throws Exception {
        delete(folder);
        Files.createDirectories(folder);
        return kind.start(folder);
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

    boolean wants(String work) {
        return wants.test(work);
    }

    /** Notes it, and tells who watches the run. */
    void measured(String work, Figures figures) {
        results.accept(new Measured(kind.title(), work, round, figures.all()));
        System.err.printf(
                "round %d  %-12s %-50s %s%n",
                round,
                kind.title(),
                work,
                figures.all().entrySet().stream()
                        .map(figure -> figure.getKey().title() + " " + String.format("%.2f", figure.getValue()))
                        .collect(Collectors.joining("  ")));
    }

    /** Writes to instances that are there, as long as the scale says. */
    void warmUp(Target target, Instances instances) throws InterruptedException {
        if (!scale.warmUp().isZero()) {
            var unused = ClosedLoop.run(
                    WARM_UP_IN_FLIGHT, scale.warmUp(), new AtomicLong(), number -> instances.update(target, number));
        }
    }
}
