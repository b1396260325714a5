// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.report.Report.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** A report as pictures. Both scales are logarithmic: each step is a factor of ten. Stateless. */
public final class Charts {
    private static final int WIDTH = 860;
    private static final int LABELS = 400;
    private static final int NUMBERS = 70;
    private static final int BAR = 14;
    private static final int GAP = 10;
    private static final int TOP = 40;

    private static final Map<String, String> COLOURS =
            Map.of("Muster", "#2b6cb0", "etcd", "#dd6b20", "etcd 30/300", "#f6ad55", "ZooKeeper", "#718096");
    private static final String OTHER_COLOUR = "#4a5568";

    private static final List<Figure> PERCENTILES = List.of(Figure.P50_MILLIS, Figure.P99_MILLIS, Figure.P999_MILLIS);

    private Charts() {}

    /** One bar of a picture. */
    private record Bar(String label, double value, String text, String colour) {}

    /** Writes {@code ratios.svg} and {@code percentiles.svg} into the folder. */
    public static void write(Report report, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("ratios.svg"),
                draw("How many times Muster is better than each peer (the line: as good as it)", ratios(report)));
        Files.writeString(
                folder.resolve("percentiles.svg"),
                draw("Latencies in milliseconds (the line: 1 ms)", percentiles(report)));
    }

    private static List<Bar> ratios(Report report) {
        List<Bar> bars = new ArrayList<>();
        for (String work : report.works()) {
            List<Summary> all = report.summaries(work);
            for (Summary peer : all.subList(1, all.size())) {
                if (report.isOurs(all.get(0))) {
                    double ratio = report.ratio(all.get(0), peer);
                    bars.add(new Bar(
                            work + ", " + peer.system(), ratio, Report.number(ratio) + "x", colour(peer.system())));
                }
            }
        }
        return bars;
    }

    private static List<Bar> percentiles(Report report) {
        List<Bar> bars = new ArrayList<>();
        for (String work : report.works()) {
            for (Summary summary : report.summaries(work)) {
                for (Figure figure : PERCENTILES) {
                    if (summary.figures().contains(figure)) {
                        double millis = summary.median(figure);
                        bars.add(new Bar(
                                work + ", " + summary.system() + " "
                                        + figure.title().replace(" ms", ""),
                                millis,
                                Report.number(millis),
                                colour(summary.system())));
                    }
                }
            }
        }
        return bars;
    }

    private static String colour(String system) {
        return COLOURS.getOrDefault(system, OTHER_COLOUR);
    }

    private static String draw(String title, List<Bar> all) {
        // Nothing has no place on such a scale.
        List<Bar> bars = all.stream()
                .filter(bar -> Double.isFinite(Math.log10(bar.value())))
                .toList();
        double lowest = Math.min(0, decades(bars, Math::min));
        double highest = Math.max(lowest + 1, decades(bars, Math::max));
        double decade = (WIDTH - LABELS - NUMBERS) / (highest - lowest);
        double one = LABELS - lowest * decade;
        int height = TOP + bars.size() * (BAR + GAP) + GAP;
        Svg svg = new Svg(WIDTH, height);
        svg.words(GAP, TOP / 2.0, Svg.Anchor.START, title);
        svg.line(one, TOP - GAP, height - GAP);
        double y = TOP;
        for (Bar bar : bars) {
            double end = LABELS + (Math.log10(bar.value()) - lowest) * decade;
            svg.words(LABELS - NUMBERS, y + BAR - 3, Svg.Anchor.END, bar.label());
            svg.box(Math.min(one, end), y, Math.abs(end - one), BAR, bar.colour());
            svg.words(Math.max(one, end) + 4, y + BAR - 3, Svg.Anchor.START, bar.text());
            y += BAR + GAP;
        }
        return svg.toString();
    }

    /** The power of ten of the outermost bar. */
    private static double decades(List<Bar> bars, DoubleBinaryOperator outer) {
        return bars.stream()
                .mapToDouble(Bar::value)
                .map(Math::log10)
                .reduce(outer)
                .orElse(0);
    }
}
