// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.muster.client.Failover;
import dev.muster.client.RegistryEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How changes of the leader are shown: one line each, with what led to it and what followed. Stateless. */
public final class FailoverView {
    /** One term that began. */
    public static final Columns<Line> COLUMNS = Columns.<Line>none()
            .number("TERM", line -> Long.toUnsignedString(line.event().term()))
            .text("LEADER", line -> line.event().actor())
            .text("AFTER", line -> line.failover().map(Failover::oldLeader).orElse(""))
            .time("TIME", line -> line.event().time())
            .duration("SILENCE", line -> line.known(Failover::silence))
            .duration("ELECTION", line -> line.known(Failover::election))
            .duration("FIRST WRITE", Line::untilFirstWrite)
            .number(
                    "LEASES",
                    line -> line.failover()
                            .map(failover -> Integer.toString(failover.leases()))
                            .orElse(""))
            .number("EVENT", line -> Long.toUnsignedString(line.event().sequence()));

    private FailoverView() {}

    /** The document of all of them. */
    public static JsonObject document(List<Line> lines) {
        return new JsonFields()
                .array("failovers", lines.stream().map(FailoverView::json).toList())
                .toObject();
    }

    private static JsonObject json(Line line) {
        Instant led = line.event().time();
        JsonFields fields = new JsonFields()
                .number("term", line.event().term())
                .text("leader", line.event().actor())
                .time("time", led)
                .number("sequence", line.event().sequence());
        line.failover()
                .ifPresent(failover -> fields.text("oldLeader", failover.oldLeader())
                        .number("oldTerm", failover.oldTerm())
                        .number("leasesExtended", failover.leases()));
        JsonObject object = fields.toObject();
        put(object, "lastContact", line.known(Failover::silence).map(led::minus));
        put(object, "stood", line.known(Failover::election).map(led::minus));
        put(object, "firstWrite", line.firstWrite().map(RegistryEvent::time));
        return object;
    }

    private static void put(JsonObject object, String name, Optional<Instant> moment) {
        if (moment.isPresent()) {
            object.addProperty(name, moment.get().toString());
        } else {
            object.add(name, JsonNull.INSTANCE);
        }
    }

    /**
     * A term that began. Immutable.
     *
     * @param event that says so
     * @param firstWrite the first event in it that a client caused, if there was one
     */
    public record Line(RegistryEvent event, Optional<RegistryEvent> firstWrite) {
        private Optional<Failover> failover() {
            return event.failover();
        }

        /** Zero stands for not known. */
        private Optional<Duration> known(Function<Failover, Duration> measured) {
            return failover().map(measured).filter(duration -> !duration.isZero());
        }

        private Optional<Duration> untilFirstWrite() {
            return firstWrite.map(write -> Duration.between(event.time(), write.time()));
        }
    }
}
