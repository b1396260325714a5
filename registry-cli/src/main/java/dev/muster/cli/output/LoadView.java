// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.cli.load.ClosedLoop;
import java.util.List;
import java.util.Locale;

/** How measured loads are shown; latencies in milliseconds. Stateless. */
public final class LoadView {
    /**
     * One kind of work under load.
     *
     * @param work what was done
     * @param inFlight how much of it at once
     * @param result what was measured
     */
    public record Line(String work, int inFlight, ClosedLoop.Result result) {}

    /** One line. */
    public static final Columns<Line> COLUMNS = Columns.<Line>none()
            .text("WORK", Line::work)
            .number("IN FLIGHT", line -> Integer.toString(line.inFlight()))
            .number(
                    "PER SECOND",
                    line -> String.format(Locale.ROOT, "%.0f", line.result().perSecond()))
            .number("P50 MS", line -> millis(line.result().p50()))
            .number("P99 MS", line -> millis(line.result().p99()))
            .number("P99.9 MS", line -> millis(line.result().p999()))
            .number("MAX MS", line -> millis(line.result().max()))
            .number("FAILED", line -> Integer.toString(line.result().failures()));

    private LoadView() {}

    /** The document of all lines. */
    public static JsonObject document(List<Line> lines) {
        return new JsonFields()
                .array("works", lines.stream().map(LoadView::json).toList())
                .toObject();
    }

    private static JsonObject json(Line line) {
        ClosedLoop.Result result = line.result();
        return new JsonFields()
                .text("work", line.work())
                .number("inFlight", line.inFlight())
                .number("operations", result.operations())
                .number("millis", Math.round(result.seconds() * 1000))
                .number("p50Micros", result.p50())
                .number("p99Micros", result.p99())
                .number("p999Micros", result.p999())
                .number("maxMicros", result.max())
                .number("failed", result.failures())
                .toObject();
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f", micros / 1000.0);
    }
}
