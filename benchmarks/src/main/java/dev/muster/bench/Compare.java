// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.bench.muster.MusterCluster;
import dev.muster.bench.report.Charts;
import dev.muster.bench.report.Measured;
import dev.muster.bench.report.Report;
import dev.muster.bench.system.Cluster;
import dev.muster.bench.work.Suite;
import dev.muster.bench.work.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Muster beside its peers: rounds that alternate between the systems, each on a fresh cluster, so that whatever else the
 * machine does falls on all of them alike. Prints one table of medians, writes all that was measured to a file, and draws it.
 */
public final class Compare {
    private final Options options;
    private final List<Measured> all = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    private Compare(Options options) {
        this.options = options;
    }

    /**
     * Runs it. The folder of the clusters and the results is the property {@code bench.folder}. Ends with 1 if something
     * could not be measured.
     */
    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments, Path.of(System.getProperty("bench.folder")));
        Path drawn = options.charts();
        if (drawn != null) {
            Charts.write(Report.read(MusterCluster.KIND.title(), drawn), options.folder());
            return;
        }
        Compare compare = new Compare(options);
        compare.run();
        System.exit(compare.failed.isEmpty() ? 0 : 1);
    }

    private void run() throws Exception {
        for (Suite suite : Suite.ALL) {
            if (options.wants(suite)) {
                run(suite);
            }
        }
        Charts.write(report(), options.folder());
        System.out.print(report().table());
        failed.forEach(System.err::println);
    }

    private void run(Suite suite) throws Exception {
        List<Cluster.Kind> kinds = new ArrayList<>();
        for (Cluster.Kind kind : suite.kinds()) {
            if (!options.wantsSystem(kind.title())) {
                continue;
            }
            if (kind.missing() == null) {
                kinds.add(kind);
            } else {
                System.err.println(kind.title() + " is left out: " + kind.missing());
            }
        }
        for (int round = 1; round <= options.scale().rounds(); round++) {
            for (int i = 0; i < kinds.size(); i++) {
                // Another one begins each round.
                run(suite, kinds.get((round + i) % kinds.size()), round);
            }
        }
    }

    /** A trial that fails is named at the end and costs its own figures only. */
    private void run(Suite suite, Cluster.Kind kind, int round) throws Exception {
        Path folder = options.folder().resolve("cluster");
        try {
            suite.run(new Trial(kind, options.scale(), round, folder, options::wants, all::add));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            e.printStackTrace();
            failed.add("FAILED: " + kind.title() + ", round " + round + ", " + suite.works(options.scale()) + ": " + e);
        }
        report().write(options.folder().resolve("results.json"));
    }

    private Report report() {
        return new Report(MusterCluster.KIND.title(), all);
    }
}
