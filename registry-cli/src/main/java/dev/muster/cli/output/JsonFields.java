// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/**
 * A JSON object while it is put together, field by field in their order. Counters are unsigned numbers; random 64-bit
 * values are 16 hexadecimal digits, because many readers of JSON round numbers to 53 bits. Not safe for use by several
 * threads.
 */
public final class JsonFields {
    private final JsonObject object = new JsonObject();

    /** A text. */
    public JsonFields text(String name, String value) {
        object.addProperty(name, value);
        return this;
    }

    /** A counter. */
    public JsonFields number(String name, long value) {
        object.add(
                name,
                value >= 0
                        ? new JsonPrimitive(value)
                        : new JsonPrimitive(new BigInteger(Long.toUnsignedString(value))));
        return this;
    }

    /** A yes or no. */
    public JsonFields flag(String name, boolean value) {
        object.addProperty(name, value);
        return this;
    }

    /** Random bits, as 16 hexadecimal digits. */
    public JsonFields bits(String name, long value) {
        return text(name, hex(value));
    }

    /** A time span in milliseconds, null when nobody knows it. */
    public JsonFields millis(String name, Duration value) {
        object.add(name, Durations.isUnknown(value) ? JsonNull.INSTANCE : new JsonPrimitive(value.toMillis()));
        return this;
    }

    /** A moment, as ISO 8601 in UTC. */
    public JsonFields time(String name, Instant value) {
        return text(name, value.toString());
    }

    /** Several values. */
    public JsonFields array(String name, Collection<? extends JsonElement> values) {
        JsonArray array = new JsonArray(values.size());
        values.forEach(array::add);
        object.add(name, array);
        return this;
    }

    /** Several texts. */
    public JsonFields texts(String name, Collection<String> values) {
        return array(name, values.stream().map(JsonPrimitive::new).toList());
    }

    /** Pairs of texts, as an object. */
    public JsonFields pairs(String name, Map<String, String> pairs) {
        JsonObject nested = new JsonObject();
        pairs.forEach(nested::addProperty);
        return object(name, nested);
    }

    /** An object in the object. */
    public JsonFields object(String name, JsonObject nested) {
        object.add(name, nested);
        return this;
    }

    /** The object. */
    public JsonObject toObject() {
        return object;
    }

    /** 64 bits as 16 hexadecimal digits. */
    public static String hex(long bits) {
        return String.format("%016x", bits);
    }
}
