// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.EventLog;
import dev.muster.client.EventPair;
import dev.muster.client.EventQuery;
import dev.muster.client.EventStream;
import dev.muster.client.EventType;
import dev.muster.client.Failover;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.RegistryEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** An event log that tells what a test has put here, and remembers what it was asked. */
final class FakeEvents implements EventLog {
    final List<RegistryEvent> all = new ArrayList<>();
    /** Kinds and texts of the events of pairs. */
    final List<String> told = new ArrayList<>();
    /** Who causes the next events. */
    String actor = "n1";

    /** The incarnation of the next event about one that is fenced. */
    long fenced;

    private final Map<String, Long> incarnations = new HashMap<>();
    final List<EventQuery> asked = new ArrayList<>();
    final CompletableFuture<Consumer<RegistryEvent>> listener = new CompletableFuture<>();
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    volatile boolean closed;

    /** One second after the event before, of a revision of its own, caused in no session. */
    RegistryEvent add(EventType type, String id, InstanceStatus status, long lease, String cause) {
        return add(type, id, status, lease, 0, cause);
    }

    /** The same about a session. */
    RegistryEvent add(EventType type, String id, InstanceStatus status, long lease, long session, String cause) {
        long sequence = all.size() + 1L;
        if (type == EventType.INSTANCE_REGISTERED || type == EventType.INSTANCE_REPLACED) {
            incarnations.merge(id, sequence, (before, now) -> now);
        }
        long incarnation = type == EventType.INSTANCE_FENCED ? fenced : incarnations.getOrDefault(id, sequence);
        RegistryEvent event = new RegistryEvent(
                sequence,
                sequence,
                Instant.ofEpochSecond(sequence),
                type,
                "",
                cause,
                actor,
                id.isEmpty() ? Optional.empty() : Optional.of(InstanceKey.of("default", "orders", id)),
                incarnation,
                Optional.ofNullable(status),
                "",
                Optional.empty(),
                lease,
                session,
                type == EventType.LEADER_CHANGED ? sequence : 0,
                Optional.empty(),
                type == EventType.LEADER_CHANGED && sequence > 2
                        ? Optional.of(new Failover("n2", 2, Duration.ofMillis(480), Duration.ofMillis(20), 7))
                        : Optional.empty());
        all.add(event);
        return event;
    }

    /** What a client tells of an instance. */
    void tell(String id, String kind, String text) {
        RegistryEvent event = add(EventType.CLIENT, id, null, 0, text);
        all.set(
                all.size() - 1,
                new RegistryEvent(
                        event.sequence(),
                        event.revision(),
                        event.time(),
                        event.type(),
                        kind,
                        event.cause(),
                        event.actor(),
                        event.key(),
                        event.incarnation(),
                        event.status(),
                        event.keyspace(),
                        event.keys(),
                        event.lease(),
                        event.session(),
                        event.term(),
                        event.pair(),
                        event.failover()));
    }

    @Override
    public Stream<RegistryEvent> list(EventQuery query) {
        asked.add(query);
        Comparator<RegistryEvent> order = Comparator.comparing(RegistryEvent::sequence);
        return all.stream()
                .sorted(query.newestFirst() ? order.reversed() : order)
                .filter(event -> query.fromSequence() == 0
                        || (query.newestFirst()
                                ? event.sequence() <= query.fromSequence()
                                : event.sequence() >= query.fromSequence()))
                .filter(event -> query.types().isEmpty() || query.types().contains(event.type()))
                .filter(event -> query.lease() == 0 || query.lease() == event.lease())
                .filter(event -> query.from().isEmpty()
                        || !event.time().isBefore(query.from().get()))
                .filter(event -> query.service().isEmpty()
                        || event.key().stream()
                                .anyMatch(key -> key.service().equals(query.service())
                                        && (query.id().isEmpty() || key.id().equals(query.id()))));
    }

    @Override
    public EventStream tail(EventQuery query, Consumer<RegistryEvent> to) {
        asked.add(query);
        listener.complete(to);
        return new Feed();
    }

    @Override
    public long append(String kind, String text, Optional<InstanceKey> key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long begin(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key) {
        told.add(kind + ": " + text);
        return told.size();
    }

    @Override
    public long end(EventPair.Name pair, String kind, String text, Optional<InstanceKey> key) {
        told.add(kind + ": " + text);
        return told.size();
    }

    @Override
    public CompletableFuture<Long> appendAsync(String kind, String text, Optional<InstanceKey> key) {
        throw new UnsupportedOperationException();
    }

    private final class Feed implements EventStream {
        @Override
        public String token() {
            return "";
        }

        @Override
        public CompletableFuture<EventStream> ready() {
            return CompletableFuture.completedFuture(this);
        }

        @Override
        public CompletableFuture<Void> ended() {
            return ended;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
