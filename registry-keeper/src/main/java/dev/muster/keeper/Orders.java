// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.journal.Incident;
import dev.muster.keeper.journal.Journal;
import dev.muster.keeper.unit.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What operators can ask for. An order names a unit that a manifest defines, and never what is executed. Each answer is
 * an object; a problem is an IllegalArgumentException in words. Safe for any thread.
 */
final class Orders {
    private static final Gson JSON = new Gson();
    private static final int LONGEST_SECONDS = 8;
    private static final int MOST_INCIDENTS = 1_000;
    private static final int DEFAULT_INCIDENTS = 20;
    private static final long LONGEST_PAUSE = Duration.ofDays(1).toMillis();

    private final Map<String, UnitKeeper> units;
    private final Map<String, String> invalid;
    private final Journal journal;
    private final IncidentArchive archive;
    private final Executor loop;
    private final Supplier<Instant> now;

    Orders(
            Map<String, UnitKeeper> units,
            Map<String, String> invalid,
            Journal journal,
            IncidentArchive archive,
            Executor loop,
            Supplier<Instant> now) {
        this.units = units;
        this.invalid = invalid;
        this.journal = journal;
        this.archive = archive;
        this.loop = loop;
        this.now = now;
    }

    JsonObject answer(JsonObject order) {
        String verb = text(order, "do");
        return switch (verb) {
            case "ps" -> onLoop(this::ps);
            case "start" -> done(order, "is started", Life::start);
            case "stop" -> done(order, "is stopped, and stays so", Life::stop);
            case "restart" -> done(order, "is restarted", Life::restart);
            case "pause" -> pause(order);
            case "resume" -> done(order, "is healed again", (life, at) -> life.pause(Instant.EPOCH));
            case "reload" -> reload(order);
            case "log" -> log(order);
            case "incidents" -> incidents(order);
            case "incident" -> incident(order);
            default ->
                throw new IllegalArgumentException("do: " + verb
                        + " (expected: ps, start, stop, restart, pause, resume, reload, log, incidents, incident)");
        };
    }

    private JsonObject ps() {
        JsonArray all = new JsonArray();
        units.values().forEach(unit -> all.add(unit.status()));
        invalid.forEach((unit, problem) -> {
            JsonObject bad = new JsonObject();
            bad.addProperty("unit", unit);
            bad.addProperty("phase", "invalid");
            bad.addProperty("note", problem);
            all.add(bad);
        });
        JsonObject answer = new JsonObject();
        answer.add("units", all);
        return answer;
    }

    private JsonObject done(JsonObject order, String outcome, BiConsumer<Life, Instant> change) {
        return onLoop(() -> {
            UnitKeeper unit = unit(order);
            unit.order(life -> change.accept(life, now.get()));
            return said(unit.unit() + " " + outcome);
        });
    }

    private JsonObject pause(JsonObject order) {
        long millis = number(order, "millis", 0);
        if (millis < 1 || millis > LONGEST_PAUSE) {
            throw new IllegalArgumentException("pause: " + millis + " ms (expected: 1 to " + LONGEST_PAUSE + ")");
        }
        return done(order, "is left alone for " + millis + " ms", (life, at) -> life.pause(at.plusMillis(millis)));
    }

    private JsonObject reload(JsonObject order) {
        CompletableFuture<String> outcome =
                CompletableFuture.supplyAsync(() -> unit(order), loop).thenCompose(UnitKeeper::reload);
        return said(waitFor(outcome));
    }

    private JsonObject log(JsonObject order) {
        return onLoop(() -> {
            JsonObject answer = new JsonObject();
            answer.addProperty("file", unit(order).log().toString());
            return answer;
        });
    }

    private JsonObject incidents(JsonObject order) {
        long limit = number(order, "limit", DEFAULT_INCIDENTS);
        if (limit < 1 || limit > MOST_INCIDENTS) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + MOST_INCIDENTS + ")");
        }
        String unit = order.has("unit") ? text(order, "unit") : "";
        JsonArray all = new JsonArray();
        for (Incident incident : journal.newest(
                (int) limit, each -> unit.isEmpty() || each.unit().equals(unit))) {
            all.add(JSON.toJsonTree(incident));
        }
        JsonObject answer = new JsonObject();
        answer.add("incidents", all);
        return answer;
    }

    private JsonObject incident(JsonObject order) {
        String id = text(order, "id");
        JsonArray all = new JsonArray();
        journal.newest(MOST_INCIDENTS, each -> each.id().equals(id)).forEach(each -> all.add(JSON.toJsonTree(each)));
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "incident " + id + " (expected: one of the journal; see 'muster keeper incidents')");
        }
        JsonObject answer = new JsonObject();
        answer.add("incidents", all);
        answer.addProperty(
                "bundle",
                archive.open(id.substring(id.lastIndexOf('.') + 1))
                        .map(bundle -> bundle.folder().toString())
                        .orElse(""));
        return answer;
    }

    private UnitKeeper unit(JsonObject order) {
        String name = text(order, "unit");
        UnitKeeper unit = units.get(name);
        if (unit == null) {
            throw new IllegalArgumentException("unit " + name
                    + (invalid.containsKey(name)
                            ? ": its manifest is invalid; see 'muster keeper ps'"
                            : " (expected: one of " + String.join(", ", units.keySet()) + ")"));
        }
        return unit;
    }

    private JsonObject onLoop(Supplier<JsonObject> work) {
        return waitFor(CompletableFuture.supplyAsync(work, loop));
    }

    private static <T> T waitFor(CompletableFuture<T> future) {
        try {
            return future.orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalArgumentException("the keeper did not answer in time: " + cause, e);
        }
    }

    private static JsonObject said(String sentence) {
        JsonObject answer = new JsonObject();
        answer.addProperty("said", sentence);
        return answer;
    }

    private static String text(JsonObject order, String field) {
        JsonElement value = order.get(field);
        if (value == null || !value.isJsonPrimitive()) {
            throw new IllegalArgumentException(field + ": missing (expected: a text)");
        }
        return value.getAsString();
    }

    private static long number(JsonObject order, String field, long byDefault) {
        JsonElement value = order.get(field);
        if (value == null) {
            return byDefault;
        }
        try {
            return value.getAsLong();
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: a number)", e);
        }
    }
}
