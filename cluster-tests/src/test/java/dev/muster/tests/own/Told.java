// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import dev.muster.client.RegistryEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An incident of a keeper, as the registry's event log tells it.
 *
 * @param kind what kind of thing
 * @param at when, by the clock of its host
 * @param incident what it belongs to: a unit and the number of its start
 * @param line its place in the keeper's journal
 */
record Told(String kind, Instant at, String incident, long line) {
    private static final Pattern MARK = Pattern.compile("\\[(\\S+) (\\S+) \\S+#(\\d+)]$");

    /** Nothing if it is an event of somebody else. */
    static Optional<Told> of(RegistryEvent event) {
        Matcher mark = MARK.matcher(event.cause());
        return mark.find()
                ? Optional.of(new Told(
                        event.kind(), Instant.parse(mark.group(1)), mark.group(2), Long.parseLong(mark.group(3))))
                : Optional.empty();
    }

    boolean isBefore() {
        return kind.endsWith("_before");
    }

    /** Whether it ends what a BEFORE began. */
    boolean isEnd() {
        return kind.endsWith("_after") || kind.equals("interrupted");
    }
}
