// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

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
 *     begins with what happens from now on
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
        return new EventQuery(
                newNamespace,
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

    /** Of instances of the service. */
    public EventQuery service(String newService) {
        return new EventQuery(
                namespace,
                newService,
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

    /** Of this instance of the service. */
    public EventQuery id(String newId) {
        return new EventQuery(
                namespace,
                service,
                newId,
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

    /** Of one of these types. */
    public EventQuery types(EventType... newTypes) {
        return new EventQuery(
                namespace,
                service,
                id,
                new LinkedHashSet<>(Arrays.asList(newTypes)),
                actor,
                lease,
                from,
                before,
                fromSequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** Caused by this caller or node. */
    public EventQuery actor(String newActor) {
        return new EventQuery(
                namespace,
                service,
                id,
                types,
                newActor,
                lease,
                from,
                before,
                fromSequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** About this lease and what lived under it. */
    public EventQuery lease(long newLease) {
        return new EventQuery(
                namespace,
                service,
                id,
                types,
                actor,
                newLease,
                from,
                before,
                fromSequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** Not before this time. */
    public EventQuery from(Instant time) {
        return new EventQuery(
                namespace,
                service,
                id,
                types,
                actor,
                lease,
                Optional.of(time),
                before,
                fromSequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** Earlier than this time. */
    public EventQuery before(Instant time) {
        return new EventQuery(
                namespace,
                service,
                id,
                types,
                actor,
                lease,
                from,
                Optional.of(time),
                fromSequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** Beginning with this event. */
    public EventQuery fromSequence(long sequence) {
        return new EventQuery(
                namespace,
                service,
                id,
                types,
                actor,
                lease,
                from,
                before,
                sequence,
                resumeToken,
                newestFirst,
                consistency);
    }

    /** Behind what an {@link EventStream} has delivered. */
    public EventQuery resume(String token) {
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
                token,
                newestFirst,
                consistency);
    }

    /** From the newest to the oldest. */
    public EventQuery newestFirst(boolean wanted) {
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
                wanted,
                consistency);
    }

    /** As fresh as this. */
    public EventQuery consistency(Consistency newConsistency) {
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
                newConsistency);
    }
}
