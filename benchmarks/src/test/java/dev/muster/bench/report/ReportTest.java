// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private static final String OURS = "Muster";

    @Test
    void theTableHasTheMedianOfTheRoundsAndTheirEnds() {
        Report report = report(
                of(OURS, Figure.OPERATIONS_PER_SECOND, 900),
                of(OURS, Figure.OPERATIONS_PER_SECOND, 100),
                of(OURS, Figure.OPERATIONS_PER_SECOND, 200));

        assertThat(report.table()).containsPattern("work +Muster +200 +\\(100-900\\)");
    }

    @Test
    void moreOperationsThanAPeerAreARatioAboveOne() {
        Report report =
                report(of(OURS, Figure.OPERATIONS_PER_SECOND, 300), of("peer", Figure.OPERATIONS_PER_SECOND, 100));

        assertThat(report.table()).contains("3.00x");
    }

    @Test
    void aShorterGapThanAPeersIsARatioAboveOne() {
        Report report = report(of(OURS, Figure.GAP_MILLIS, 100), of("peer", Figure.GAP_MILLIS, 400));

        assertThat(report.table()).contains("4.00x");
    }

    @Test
    void whatWasWrittenReadsTheSame(@TempDir Path folder) throws IOException {
        Report report = report(of(OURS, Figure.SECONDS, 1.5), of("peer", Figure.SECONDS, 3));
        Path file = folder.resolve("results.json");

        report.write(file);

        assertThat(Report.read(OURS, file).table()).isEqualTo(report.table());
    }

    @Test
    void theChartHasABarForEachPeer(@TempDir Path folder) throws IOException {
        Charts.write(
                report(of(OURS, Figure.SECONDS, 1), of("a < b", Figure.SECONDS, 2), of("c", Figure.SECONDS, 4)),
                folder);

        assertThat(Files.readString(folder.resolve("ratios.svg")))
                .contains(">work, a &lt; b<", ">2.00x<", ">work, c<", ">4.00x<")
                .doesNotContain(">work, " + OURS);
    }

    private static Report report(Measured... all) {
        return new Report(OURS, List.of(all));
    }

    private static Measured of(String system, Figure figure, double value) {
        return new Measured(system, "work", 1, Figures.of(figure, value).all());
    }
}
