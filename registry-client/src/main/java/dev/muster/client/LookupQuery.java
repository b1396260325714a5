// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;

/**
 * What a lookup asks for. Immutable: each method that takes a value returns a changed copy.
 *
 * @param namespace empty means the client's own
 * @param service the service
 * @param id only this instance; empty for all
 * @param notServing whether those that do not serve are shown too
 * @param consistency how fresh the answer must be
 * @param minRevision answer only from this revision on, for instance that of an own write; 0 for any
 * @param moment as it was then, as far back as events are kept; empty for as it is
 */
public record LookupQuery(
        String namespace,
        String service,
        String id,
        boolean notServing,
        Consistency consistency,
        long minRevision,
        Optional<Moment> moment) {
    /** All serving instances of a service in the client's own namespace, linearizable. */
    public static LookupQuery of(String service) {
        return new LookupQuery("", service, "", false, Consistency.LINEARIZABLE, 0, Optional.empty());
    }

    /** In another namespace. */
    public LookupQuery namespace(String newNamespace) {
        return new LookupQuery(newNamespace, service, id, notServing, consistency, minRevision, moment);
    }

    /** Only this instance. */
    public LookupQuery id(String newId) {
        return new LookupQuery(namespace, service, newId, notServing, consistency, minRevision, moment);
    }

    /** Those that do not serve, too. */
    public LookupQuery withNotServing() {
        return new LookupQuery(namespace, service, id, true, consistency, minRevision, moment);
    }

    /** As fresh as this. */
    public LookupQuery consistency(Consistency newConsistency) {
        return new LookupQuery(namespace, service, id, notServing, newConsistency, minRevision, moment);
    }

    /** Not before this revision. */
    public LookupQuery minRevision(long newMinRevision) {
        return new LookupQuery(namespace, service, id, notServing, consistency, newMinRevision, moment);
    }

    /** As it was then. Refused with {@link MusterException.Reason#NOT_RETAINED} when that is too long ago. */
    public LookupQuery at(Moment newMoment) {
        return new LookupQuery(namespace, service, id, notServing, consistency, minRevision, Optional.of(newMoment));
    }
}
