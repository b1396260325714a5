// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What was measured, as a table of medians and as a file. Immutable. */
final class Report {
    private final List<String> systems;
    private final List<Measured> all;

    Report(List<String> systems, List<Measured> all) {
        this.systems = systems;
        this.all = List.copyOf(all);
    }

    /** Each work: medians over the rounds, with the lowest and the highest throughput, and Muster's ratio to each peer. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%n%-42s %-10s %9s %19s %9s %9s %9s %10s %10s %7s%n",
                "work",
                "system",
                "ops/s",
                "(lowest-highest)",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "srv s/100k",
                "cli s/100k",
                "Muster"));
        for (String work : all.stream().map(Measured::work).distinct().toList()) {
            Map<String, List<Measured>> bySystem = all.stream()
                    .filter(measured -> measured.work().equals(work))
                    .collect(Collectors.groupingBy(Measured::system));
            for (String system : systems) {
                if (bySystem.containsKey(system)) {
                    text.append(line(work, system, bySystem));
                }
            }
        }
        return text.toString();
    }

    private static String line(String work, String system, Map<String, List<Measured>> bySystem) {
        List<Measured> runs = bySystem.getOrDefault(system, List.of());
        List<Measured> ours = bySystem.getOrDefault(systemOfOurs(), List.of());
        double throughput = median(runs, Measured::perSecond);
        String ratio = ours.isEmpty() || system.equals(systemOfOurs())
                ? ""
                : String.format("%.2fx", median(ours, Measured::perSecond) / throughput);
        return String.format(
                "%-42s %-10s %9.0f %19s %9.2f %9.2f %9.2f %10.2f %10.2f %7s%n",
                work,
                system,
                throughput,
                String.format(
                        "(%.0f-%.0f)",
                        runs.stream().mapToDouble(Measured::perSecond).min().orElse(0),
                        runs.stream().mapToDouble(Measured::perSecond).max().orElse(0)),
                median(runs, run -> run.p50Micros() / 1000.0),
                median(runs, run -> run.p99Micros() / 1000.0),
                median(runs, run -> run.p999Micros() / 1000.0),
                median(runs, Measured::serverCpu),
                median(runs, Measured::clientCpu),
                ratio);
    }

    private static String systemOfOurs() {
        return MusterCluster.KIND.title();
    }

    private static double median(List<Measured> runs, ToDoubleFunction<Measured> of) {
        double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** All that was measured, with the machine. */
    void write(Path file) throws IOException {
        Map<String, Object> content = Map.of(
                "java", Runtime.version().toString(),
                "processors", Runtime.getRuntime().availableProcessors(),
                "kernel", System.getProperty("os.version"),
                "measured", all);
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(content));
    }
}
