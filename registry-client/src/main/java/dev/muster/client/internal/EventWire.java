// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import com.google.protobuf.ByteString;
import dev.muster.client.EventPair;
import dev.muster.client.EventPair.Part;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.Failover;
import dev.muster.client.InstanceKey;
import dev.muster.client.RegistryEvent;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.Event;
import dev.muster.v1.EventFilter;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.Pair;
import dev.muster.v1.TailEventsRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Translates between events of the API and of the wire. Stateless. */
final class EventWire {
    private static final String PREFIX = "EVENT_TYPE_";

    /** The two enums have the same names. */
    private static final Map<String, EventType> BY_NAME =
            Arrays.stream(EventType.values()).collect(Collectors.toMap(type -> PREFIX + type, Function.identity()));

    private EventWire() {}

    static RegistryEvent event(Event event) {
        return new RegistryEvent(
                event.getSequence(),
                event.getRevision(),
                Instant.ofEpochMilli(event.getTimeMillis()),
                BY_NAME.getOrDefault(event.getType().name(), EventType.UNKNOWN),
                event.getKind(),
                event.getCause(),
                event.getActor(),
                event.hasKey() ? Optional.of(key(event.getKey())) : Optional.empty(),
                event.getIncarnation(),
                Wire.statusIfSaid(event.getStatus()),
                event.getKeyspace(),
                event.hasKeys() ? Optional.of(Wire.keySet(event.getKeys())) : Optional.empty(),
                event.getLease(),
                event.getSession(),
                event.getTerm(),
                event.hasPair() ? Optional.of(pair(event.getPair())) : Optional.empty(),
                event.hasFailover() ? Optional.of(failover(event.getFailover())) : Optional.empty());
    }

    private static EventPair pair(Pair pair) {
        return new EventPair(
                new EventPair.Name(pair.getOwner(), pair.getId()),
                switch (pair.getPart()) {
                    case PAIR_PART_BEFORE -> Part.BEFORE;
                    case PAIR_PART_AFTER -> Part.AFTER;
                    case PAIR_PART_INTERRUPTED -> Part.INTERRUPTED;
                    case PAIR_PART_UNSPECIFIED, UNRECOGNIZED -> Part.UNKNOWN;
                },
                pair.getBefore());
    }

    private static Failover failover(dev.muster.v1.Failover failover) {
        return new Failover(
                failover.getOldLeader(),
                failover.getOldTerm(),
                Duration.ofMillis(Integer.toUnsignedLong(failover.getSilenceMillis())),
                Duration.ofMillis(Integer.toUnsignedLong(failover.getElectionMillis())),
                failover.getLeases());
    }

    static ListEventsRequest list(EventQuery query, String defaultNamespace, String pageToken) {
        return ListEventsRequest.newBuilder()
                .setFilter(filter(query, defaultNamespace))
                .setFromSequence(query.fromSequence())
                .setNewestFirst(query.newestFirst())
                .setPageSize(EventPages.PAGE_SIZE)
                .setPageToken(pageToken)
                .setRead(Wire.read(query.consistency()))
                .build();
    }

    static TailEventsRequest tail(EventQuery query, String defaultNamespace) {
        return TailEventsRequest.newBuilder()
                .setFilter(filter(query, defaultNamespace))
                .setFromSequence(query.fromSequence())
                .setResumeToken(token(query.resumeToken()))
                .build();
    }

    static AppendEventRequest append(String kind, String text, Optional<InstanceKey> key, String defaultNamespace) {
        AppendEventRequest.Builder request =
                AppendEventRequest.newBuilder().setKind(kind).setText(text);
        key.ifPresent(of -> request.setKey(Wire.key(of, defaultNamespace)));
        return request.build();
    }

    /** A token as users keep it. */
    static String text(ByteString token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.toByteArray());
    }

    private static ByteString token(String text) {
        try {
            return ByteString.copyFrom(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("resumeToken: " + text + " (expected: the token of an EventStream)", e);
        }
    }

    private static EventFilter filter(EventQuery query, String defaultNamespace) {
        boolean ownNamespace = query.namespace().isEmpty() && !query.service().isEmpty();
        EventFilter.Builder filter = EventFilter.newBuilder()
                .setNamespace(ownNamespace ? defaultNamespace : query.namespace())
                .setService(query.service())
                .setId(query.id())
                .setActor(query.actor())
                .setLease(query.lease());
        for (EventType type : query.types()) {
            if (type == EventType.UNKNOWN) {
                throw new IllegalArgumentException("types: UNKNOWN (expected: a type that can be asked for)");
            }
            filter.addTypes(dev.muster.v1.EventType.valueOf(PREFIX + type));
        }
        query.from().ifPresent(time -> filter.setFromMillis(time.toEpochMilli()));
        query.before().ifPresent(time -> filter.setBeforeMillis(time.toEpochMilli()));
        return filter.build();
    }

    private static InstanceKey key(dev.muster.v1.InstanceKey key) {
        return InstanceKey.of(key.getNamespace(), key.getService(), key.getId());
    }
}
