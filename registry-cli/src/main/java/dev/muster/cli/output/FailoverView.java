// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.RegistryEvent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** How changes of the leader are shown: one line each. Stateless. */
public final class FailoverView {
    /** One term that began. */
    public static final Columns<Line> COLUMNS = Columns.<Line>none()
            .number("TERM", line -> Long.toUnsignedString(line.event().term()))
            .text("LEADER", line -> line.event().actor())
            .time("TIME", line -> line.event().time())
            .duration("SINCE LAST EVENT", Line::gap)
            .number("EVENT", line -> Long.toUnsignedString(line.event().sequence()));

    private FailoverView() {}

    /** The document of all of them. */
    public static JsonObject document(List<Line> lines) {
        return new JsonFields()
                .array("failovers", lines.stream().map(FailoverView::json).toList())
                .toObject();
    }

    private static JsonObject json(Line line) {
        return new JsonFields()
                .number("term", line.event().term())
                .text("leader", line.event().actor())
                .time("time", line.event().time())
                .millis("sinceLastEventMillis", line.gap().orElse(ChronoUnit.FOREVER.getDuration()))
                .number("sequence", line.event().sequence())
                .toObject();
    }

    /**
     * A term that began. Immutable.
     *
     * @param event that says so
     * @param gap the time since the last event of the term before, if there was one and it is kept
     */
    public record Line(RegistryEvent event, Optional<Duration> gap) {}
}
