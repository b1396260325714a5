// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.muster.keeper.edge.Routes;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.Life;
import dev.muster.keeper.unit.Memo;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a unit stands, for people and scripts: the words of the operators' socket. Stateless. */
final class UnitStatus {
    private UnitStatus() {}

    static JsonObject of(
            Manifest manifest, Life life, Map<String, Integer> ports, List<Routes.State> routes, Instant now) {
        Memo memo = life.memo();
        JsonObject json = new JsonObject();
        json.addProperty("unit", manifest.unit());
        json.addProperty("kind", manifest.kind().name().toLowerCase(Locale.ROOT));
        json.addProperty("wanted", memo.wanted());
        json.addProperty(
                "phase", memo.gaveUp() ? "gave-up" : memo.phase().name().toLowerCase(Locale.ROOT));
        json.addProperty("pid", life.process().map(ProcessId::pid).orElse(0L));
        json.addProperty("sinceMillis", life.since().toEpochMilli());
        json.addProperty("starts", memo.starts());
        json.addProperty("restarts", memo.restarts().size());
        json.addProperty("pausedUntilMillis", memo.pausedUntil() > now.toEpochMilli() ? memo.pausedUntil() : 0);
        String cause = memo.cause();
        json.addProperty("note", cause == null ? "" : cause);
        JsonObject given = new JsonObject();
        ports.forEach(given::addProperty);
        json.add("ports", given);
        JsonArray all = new JsonArray();
        for (Routes.State route : routes) {
            JsonObject each = new JsonObject();
            each.addProperty("route", route.name());
            each.addProperty("service", route.service());
            route.age().ifPresent(age -> each.addProperty("ageMillis", age.toMillis()));
            all.add(each);
        }
        json.add("routes", all);
        return json;
    }
}
