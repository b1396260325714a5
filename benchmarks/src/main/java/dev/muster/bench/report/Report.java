// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What was measured, on which machine: as a table of medians, and as a file. Immutable. */
public final class Report {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final int WORK_WIDTH = 56;
    private static final int SYSTEM_WIDTH = 12;

    private final String ours;
    private final Content content;

    /** As the file has it. */
    private record Content(String java, int processors, String kernel, List<Measured> measured) {}

    /** Of what was measured on this machine. Systems are compared with the one whose title is ours. */
    public Report(String ours, List<Measured> measured) {
        this(
                ours,
                new Content(
                        Runtime.version().toString(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.version"),
                        List.copyOf(measured)));
    }

    private Report(String ours, Content content) {
        this.ours = ours;
        this.content = content;
    }

    /** Of what {@link #write} wrote. */
    public static Report read(String ours, Path file) throws IOException {
        return new Report(ours, GSON.fromJson(Files.readString(file), Content.class));
    }

    /** All that was measured, with the machine. */
    public void write(Path file) throws IOException {
        Files.writeString(file, GSON.toJson(content));
    }

    /** The works in the order in which they were measured. */
    List<String> works() {
        return content.measured().stream().map(Measured::work).distinct().toList();
    }

    /** The systems of a work, ours first. */
    List<Summary> summaries(String work) {
        List<Measured> all = content.measured().stream()
                .filter(measured -> measured.work().equals(work))
                .toList();
        Set<String> systems = new LinkedHashSet<>();
        all.stream().map(Measured::system).filter(ours::equals).forEach(systems::add);
        all.stream().map(Measured::system).sorted().forEach(systems::add);
        return systems.stream()
                .map(system -> new Summary(
                        system,
                        all.stream()
                                .filter(measured -> measured.system().equals(system))
                                .toList()))
                .toList();
    }

    /** Whether the system is ours. */
    boolean isOurs(Summary summary) {
        return summary.system().equals(ours);
    }

    /** How many times ours is better than the other at their work. */
    double ratio(Summary we, Summary they) {
        return they.headline().ratio(we.median(they.headline()), they.median(they.headline()));
    }

    /** Each work: medians over the rounds, lowest and highest of what is compared, and our ratio to each peer. */
    public String table() {
        Map<List<Figure>, List<String>> byColumns =
                works().stream().collect(Collectors.groupingBy(this::columns, LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        byColumns.forEach((columns, works) -> {
            head(text, columns);
            for (String work : works) {
                List<Summary> summaries = summaries(work);
                summaries.forEach(summary -> line(text, work, summary, summaries.get(0), columns));
            }
        });
        return text.toString();
    }

    /** What was measured of the work on any system. */
    private List<Figure> columns(String work) {
        return summaries(work).stream()
                .map(Summary::figures)
                .flatMap(Collection::stream)
                .distinct()
                .toList();
    }

    private static void head(StringBuilder text, List<Figure> columns) {
        text.append(String.format("%n%-" + WORK_WIDTH + "s %-" + SYSTEM_WIDTH + "s", "work", "system"));
        text.append(String.format("%12s %21s", columns.get(0).title(), "(lowest-highest)"));
        columns.stream().skip(1).forEach(column -> text.append(String.format(" %12s", column.title())));
        text.append(String.format(" %8s%n", "ratio"));
    }

    private void line(StringBuilder text, String work, Summary summary, Summary first, List<Figure> columns) {
        text.append(String.format("%-" + WORK_WIDTH + "s %-" + SYSTEM_WIDTH + "s", work, summary.system()));
        Figure headline = columns.get(0);
        text.append(String.format("%12s", number(summary.median(headline))));
        text.append(String.format(
                " %21s", "(" + number(summary.lowest(headline)) + "-" + number(summary.highest(headline)) + ")"));
        columns.stream()
                .skip(1)
                .forEach(column -> text.append(String.format(
                        " %12s", summary.figures().contains(column) ? number(summary.median(column)) : "")));
        boolean peer = isOurs(first) && !isOurs(summary);
        text.append(String.format(" %8s%n", peer ? String.format(Locale.ROOT, "%.2fx", ratio(first, summary)) : ""));
    }

    /** With as many digits as can be read. */
    static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
    }

    /** All that was measured of a work on a system. */
    record Summary(String system, List<Measured> runs) {
        Set<Figure> figures() {
            return runs.get(0).figures().keySet();
        }

        /** What systems are compared by. */
        Figure headline() {
            return figures().iterator().next();
        }

        double median(Figure figure) {
            double[] sorted = sorted(figure);
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        double lowest(Figure figure) {
            return sorted(figure)[0];
        }

        double highest(Figure figure) {
            double[] sorted = sorted(figure);
            return sorted[sorted.length - 1];
        }

        private double[] sorted(Figure figure) {
            return runs.stream()
                    .map(Measured::figures)
                    .mapToDouble(figures -> figures.getOrDefault(figure, Double.NaN))
                    .sorted()
                    .toArray();
        }
    }
}
