// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.journal;

import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to a unit. Immutable; written down as JSON.
 *
 * @param number its place in this keeper's journal: 1, 2, 3, ...
 * @param id of the incident that it belongs to: the unit and the number of its start
 * @param atMillis when, in milliseconds of the epoch, by this host's clock
 * @param type what kind of thing, in capitals
 * @param unit the unit
 * @param namespace of the instance that the unit is registered as, null if it is not
 * @param service of that instance
 * @param instance the id of that instance
 * @param text for people
 */
public record Incident(
        long number,
        String id,
        long atMillis,
        String type,
        String unit,
        @Nullable String namespace,
        @Nullable String service,
        @Nullable String instance,
        String text) {
    Incident numbered(long next) {
        return new Incident(next, id, atMillis, type, unit, namespace, service, instance, text);
    }
}
