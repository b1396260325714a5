// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.muster.client.Position;
import dev.muster.client.RegistryEvent;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How it is shown why instances are in a lookup or not. Stateless. */
public final class ExplanationView {
    /** One instance. */
    public static final Columns<Line> COLUMNS = Columns.<Line>none()
            .text("ID", Line::id)
            .text("IN LOOKUP", line -> line.shown() ? "yes" : "no")
            .text("REASON", line -> reason(line))
            .text(
                    "SINCE",
                    line -> line.deciding()
                            .map(event -> Columns.seconds(event.time()))
                            .orElse(""))
            .number(
                    "EVENT",
                    line -> line.deciding()
                            .map(event -> Long.toUnsignedString(event.sequence()))
                            .orElse(""))
            .text("EXPLANATION", Line::text);

    private ExplanationView() {}

    /** The document of all instances concerned. */
    public static JsonObject document(String namespace, String service, Position position, List<Line> lines) {
        JsonFields fields = new JsonFields().text("namespace", namespace).text("service", service);
        return Positions.put(fields, position)
                .array("instances", lines.stream().map(ExplanationView::json).toList())
                .toObject();
    }

    private static JsonObject json(Line line) {
        JsonObject object = new JsonFields()
                .text("id", line.id())
                .flag("inLookup", line.shown())
                .text("reason", reason(line))
                .text("explanation", line.text())
                .toObject();
        object.add(
                "event",
                line.deciding()
                        .<com.google.gson.JsonElement>map(EventView::json)
                        .orElse(JsonNull.INSTANCE));
        return object;
    }

    private static String reason(Line line) {
        return line.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Why an instance is in the lookup, or is not. */
    public enum Reason {
        /** It serves. */
        SERVING,
        /** It is listed although its lease ran out: the expiry budget of its service holds it. */
        HELD,
        /** It says that it starts. */
        STARTING,
        /** It says that it takes nothing new. */
        DRAINING,
        /** It says that it does not serve. */
        DOWN,
        /** It was taken off the list. */
        DEREGISTERED,
        /** A newer process took its place. */
        FENCED,
        /** It went with its lease, which was not renewed in time. */
        EXPIRED,
        /** It went with the keeper of its host, which was not heard any more: killed, hung or cut off. */
        KEEPER_LOST,
        /** It went with the session of its process, which was not heard any more: killed, hung or cut off. */
        LOST,
        /** It ended again and again, and its keeper waits before it starts it once more. */
        CRASH_LOOP,
        /** It ended so often that its keeper starts it no more. */
        GAVE_UP,
        /** As far back as events are kept it was never on the list. */
        NEVER_REGISTERED
    }

    /**
     * One instance. Immutable.
     *
     * @param id of the instance
     * @param shown whether a lookup shows it
     * @param reason why
     * @param text why, as a sentence
     * @param deciding the event that made it so, as far as events are kept
     */
    public record Line(String id, boolean shown, Reason reason, String text, Optional<RegistryEvent> deciding) {}
}
