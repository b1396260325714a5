// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an incident's folder: {@code 20260301T020507123Z_orders_4711}. In the order of time when sorted; what is in
 * it came through a narrow gate, so it never leads out of the archive. Immutable.
 */
record IncidentName(Instant at, String unit, String id) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);
    private static final String UNIT = "[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?";
    private static final String ID = "[A-Za-z0-9-]{1,64}";
    private static final Pattern NAME =
            Pattern.compile("(?<time>\\d{8}T\\d{9}Z)_(?<unit>" + UNIT + ")_(?<id>" + ID + ")");

    IncidentName {
        check("unit", unit, UNIT, "lower-case letters, digits, '.', '_', '-', up to 128");
        check("id", id, ID, "letters, digits, '-', up to 64");
    }

    static Optional<IncidentName> parse(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            Instant at = TIME.parse(parts.group("time"), Instant::from);
            return Optional.of(new IncidentName(at, parts.group("unit"), parts.group("id")));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return TIME.format(at) + "_" + unit + "_" + id;
    }

    private static void check(String field, String value, String pattern, String expected) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(field + ": " + shown(value) + " (expected: " + expected + ")");
        }
    }

    private static String shown(String value) {
        String start = value.length() > 40 ? value.substring(0, 40) + "..." : value;
        return "'" + start.replaceAll("[^ -~]", "?") + "'";
    }
}
