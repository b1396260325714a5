// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** How the result of a drill is shown. Stateless. */
public final class DrillView {
    /**
     * What came of a drill.
     *
     * @param drill what was done
     * @param node to whom
     * @param acknowledged registrations that were acknowledged meanwhile
     * @param unacknowledged writes that were refused, or of which nobody knows whether they were done
     * @param lost acknowledged registrations that are missing at a node
     * @param duplicates numbers that were handed out twice
     * @param gap the longest time without an acknowledged write
     * @param back when the node served again; empty when it did not
     */
    public record Result(
            String drill,
            String node,
            long acknowledged,
            long unacknowledged,
            long lost,
            long duplicates,
            Optional<Duration> gap,
            Optional<Duration> back) {
        /** Whether no promise was broken. */
        public boolean isClean() {
            return lost == 0 && duplicates == 0;
        }
    }

    /** One line. */
    public static final Columns<Result> COLUMNS = Columns.<Result>none()
            .text("DRILL", Result::drill)
            .text("NODE", Result::node)
            .number("ACKNOWLEDGED", result -> Long.toString(result.acknowledged()))
            .number("OTHERS", result -> Long.toString(result.unacknowledged()))
            .number("LOST", result -> Long.toString(result.lost()))
            .number("DUPLICATES", result -> Long.toString(result.duplicates()))
            .duration("GAP", Result::gap)
            .duration("BACK AFTER", Result::back);

    private static final Duration UNKNOWN = ChronoUnit.FOREVER.getDuration();

    private DrillView() {}

    /** The document. */
    public static JsonObject json(Result result) {
        return new JsonFields()
                .text("drill", result.drill())
                .text("node", result.node())
                .number("acknowledged", result.acknowledged())
                .number("unacknowledged", result.unacknowledged())
                .number("lost", result.lost())
                .number("duplicates", result.duplicates())
                .millis("gapMillis", result.gap().orElse(UNKNOWN))
                .millis("backMillis", result.back().orElse(UNKNOWN))
                .toObject();
    }

    /** In a sentence, for the event log. */
    public static String sentence(Result result) {
        return result.drill() + " of " + result.node() + ": acknowledged " + result.acknowledged() + ", lost "
                + result.lost() + ", duplicates " + result.duplicates()
                + result.gap().map(gap -> ", gap " + gap.toMillis() + " ms").orElse("")
                + result.back()
                        .map(back -> ", back after " + back.toMillis() + " ms")
                        .orElse(", not back");
    }
}
