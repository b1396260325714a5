// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** How the units of a keeper are shown: one line each. They are what the keeper said, as JSON. Stateless. */
public final class UnitView {
    /** One unit. */
    public static final Columns<JsonObject> COLUMNS = Columns.<JsonObject>none()
            .text("UNIT", unit -> text(unit, "unit"))
            .text("KIND", unit -> text(unit, "kind"))
            .text("PHASE", unit -> text(unit, "phase"))
            .number("PID", unit -> number(unit, "pid"))
            .text("SINCE", unit -> moment(unit, "sinceMillis"))
            .number("STARTS", unit -> number(unit, "starts"))
            .text("WANTED", unit -> text(unit, "wanted").equals("false") ? "no" : "yes")
            .remark("PAUSED UNTIL", unit -> moment(unit, "pausedUntilMillis"))
            .remark("ROUTES", UnitView::routes)
            .remark("NOTE", unit -> text(unit, "note"));

    private UnitView() {}

    /** The units in a keeper's answer. */
    public static List<JsonObject> units(JsonObject answer) {
        return objects(answer, "units");
    }

    /** Of a proxy: which routes it has, and how long ago the registry last said so. */
    private static String routes(JsonObject unit) {
        return unit.has("routes")
                ? objects(unit, "routes").stream()
                        .map(route -> text(route, "route") + " " + age(text(route, "ageMillis")))
                        .collect(Collectors.joining(", "))
                : "";
    }

    private static String age(String millis) {
        return millis.isEmpty() ? "none" : Durations.human(Duration.ofMillis(Long.parseLong(millis))) + " old";
    }

    static List<JsonObject> objects(JsonObject answer, String name) {
        return StreamSupport.stream(answer.getAsJsonArray(name).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }

    /** Empty for 0, which stands for none. */
    static String number(JsonObject object, String name) {
        String text = text(object, name);
        return text.equals("0") ? "" : text;
    }

    static String moment(JsonObject object, String name) {
        String millis = number(object, name);
        return millis.isEmpty() ? "" : Columns.seconds(Instant.ofEpochMilli(Long.parseLong(millis)));
    }
}
