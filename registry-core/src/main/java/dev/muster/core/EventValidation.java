// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.EventFilter;
import dev.muster.v1.EventType;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.TailEventsRequest;

/**
 * The rules that a request about events can be held against without knowing the state; see {@link Validation}.
 * Stateless, thus thread-safe.
 */
public final class EventValidation {
    private EventValidation() {}

    /** An event of a client's own. */
    public static void append(AppendEventRequest request) {
        Validation.known(request, "append_event");
        Text.name("kind", request.getKind(), Limits.MAX_SHORT_NAME_CHARS);
        Text.free("text", request.getText(), Limits.MAX_EVENT_TEXT_CHARS);
        if (request.hasKey()) {
            Validation.key("key", request.getKey());
        }
        if (request.hasPair()) {
            pair(request.getPair());
        }
    }

    /** A page of events. Its token is the business of who made it. */
    public static void list(ListEventsRequest request) {
        Validation.known(request, "list");
        filter(request.getFilter());
        sequence(request.getFromSequence());
        Validation.pageSize(request.getPageSize());
        Validation.read(request.getRead());
    }

    /** A feed of events. Its token is the business of who made it. */
    public static void tail(TailEventsRequest request) {
        Validation.known(request, "tail");
        filter(request.getFilter());
        sequence(request.getFromSequence());
    }

    private static void pair(Pair pair) {
        Validation.known(pair, "pair");
        Text.name("pair.owner", pair.getOwner(), Limits.MAX_NAME_CHARS);
        Text.name("pair.id", pair.getId(), Limits.MAX_NAME_CHARS);
        if (pair.getPart() != PairPart.PAIR_PART_BEFORE && pair.getPart() != PairPart.PAIR_PART_AFTER) {
            throw Rejection.invalid("pair.part", pair.getPart().name(), "BEFORE or AFTER");
        }
        if (pair.getBefore() != 0) {
            throw Rejection.invalid("pair.before", Long.toUnsignedString(pair.getBefore()), "0: the registry sets it");
        }
    }

    private static void filter(EventFilter filter) {
        Validation.known(filter, "filter");
        if (!filter.getNamespace().isEmpty()) {
            Text.name("filter.namespace", filter.getNamespace(), Limits.MAX_NAME_CHARS);
        }
        if (!filter.getService().isEmpty()) {
            Text.name("filter.service", filter.getService(), Limits.MAX_NAME_CHARS);
        }
        if (!filter.getId().isEmpty()) {
            Text.name("filter.id", filter.getId(), Limits.MAX_NAME_CHARS);
            if (filter.getService().isEmpty()) {
                throw Rejection.invalid("filter.service", "", "the service of the instance");
            }
        }
        if (filter.getTypesCount() > Limits.MAX_EVENT_TYPES) {
            throw Rejection.invalid("filter.types", filter.getTypesCount(), "at most " + Limits.MAX_EVENT_TYPES);
        }
        if (filter.getTypesList().contains(EventType.UNRECOGNIZED)) {
            throw Rejection.unsupported("a type of filter.types");
        }
        Text.free("filter.actor", filter.getActor(), Limits.MAX_PRINCIPAL_CHARS);
        if (filter.getFromMillis() < 0 || filter.getBeforeMillis() < 0) {
            throw Rejection.invalid(
                    "filter.from_millis and before_millis",
                    Math.min(filter.getFromMillis(), filter.getBeforeMillis()),
                    "0 or a time after 1970");
        }
    }

    private static void sequence(long sequence) {
        if (sequence < 0) {
            throw Rejection.invalid("from_sequence", Long.toUnsignedString(sequence), "0 or the sequence of an event");
        }
    }
}
