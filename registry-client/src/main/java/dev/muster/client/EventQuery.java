// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which events are asked for: those that fit all that is given. Immutable: each method that takes a value returns a
 * changed copy.
 *
 * @param namespace of the instance concerned; empty for any, with a service for the client's own
 * @param service of the instance concerned; empty for any
 * @param id of the instance concerned, of the service; empty for any
 * @param types up to 32; empty for any
 * @param actor who caused it; empty for anybody
 * @param lease concerned; 0 for any
 * @param from not before this time
 * @param before earlier than this time
 * @param fromSequence the event to begin with; 0: a list begins with the oldest, or newest first with the newest; a tail
 *     begins at the time {@code from}, or with what happens from now on
 * @param resumeToken of an {@link EventStream}, to go on behind it; empty for none. For a tail only
 * @param newestFirst the order of a list
 * @param consistency how fresh a list must be
 */
public record EventQuery(
        String namespace,
        String service,
        String id,
        Set<EventType> types,
        String actor,
        long lease,
        Optional<Instant> from,
        Optional<Instant> before,
        long fromSequence,
        String resumeToken,
        boolean newestFirst,
        Consistency consistency) {
    private static final EventQuery ALL = new EventQuery(
            "", "", "", Set.of(), "", 0, Optional.empty(), Optional.empty(), 0, "", false, Consistency.LINEARIZABLE);

    /** Copies the set. */
    public EventQuery {
        types = Set.copyOf(types);
    }

    /** All events, oldest first, linearizable. */
    public static EventQuery all() {
        return ALL;
    }

    /** Of instances of the namespace. */
    public EventQuery namespace(String newNamespace) {
        return with(draft -> draft.namespace = newNamespace);
    }

    /** Of instances of the service. */
    public EventQuery service(String newService) {
        return with(draft -> draft.service = newService);
    }

    /** Of this instance of the service. */
    public EventQuery id(String newId) {
        return with(draft -> draft.id = newId);
    }

    /** Of one of these types. */
    public EventQuery types(EventType... newTypes) {
        return with(draft -> draft.types = new LinkedHashSet<>(Arrays.asList(newTypes)));
    }

    /** Caused by this caller or node. */
    public EventQuery actor(String newActor) {
        return with(draft -> draft.actor = newActor);
    }

    /** About this lease and what lived under it. */
    public EventQuery lease(long newLease) {
        return with(draft -> draft.lease = newLease);
    }

    /** Not before this time. */
    public EventQuery from(Instant time) {
        return with(draft -> draft.from = Optional.of(time));
    }

    /** Earlier than this time. */
    public EventQuery before(Instant time) {
        return with(draft -> draft.before = Optional.of(time));
    }

    /** Beginning with this event. */
    public EventQuery fromSequence(long sequence) {
        return with(draft -> draft.fromSequence = sequence);
    }

    /** Behind what an {@link EventStream} has delivered. */
    public EventQuery resume(String token) {
        return with(draft -> draft.resumeToken = token);
    }

    /** From the newest to the oldest. */
    public EventQuery newestFirst(boolean wanted) {
        return with(draft -> draft.newestFirst = wanted);
    }

    /** As fresh as this. */
    public EventQuery consistency(Consistency newConsistency) {
        return with(draft -> draft.consistency = newConsistency);
    }

    private EventQuery with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.query();
    }

    /** A copy that may still be changed. */
    private static final class Draft {
        private String namespace;
        private String service;
        private String id;
        private Set<EventType> types;
        private String actor;
        private long lease;
        private Optional<Instant> from;
        private Optional<Instant> before;
        private long fromSequence;
        private String resumeToken;
        private boolean newestFirst;
        private Consistency consistency;

        Draft(EventQuery query) {
            namespace = query.namespace;
            service = query.service;
            id = query.id;
            types = query.types;
            actor = query.actor;
            lease = query.lease;
            from = query.from;
            before = query.before;
            fromSequence = query.fromSequence;
            resumeToken = query.resumeToken;
            newestFirst = query.newestFirst;
            consistency = query.consistency;
        }

        EventQuery query() {
            return new EventQuery(
                    namespace,
                    service,
                    id,
                    types,
                    actor,
                    lease,
                    from,
                    before,
                    fromSequence,
                    resumeToken,
                    newestFirst,
                    consistency);
        }
    }
}
