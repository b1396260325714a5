// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of all services and instances, with the remembered removals of all services in one queue.
 *
 * <p>Its methods do what they are told and decide nothing. Beside its entries it keeps their number and, per kind, the
 * wrapping sum of their fingerprints, so that both are known without a walk. Immutable, thus thread-safe.
 */
public final class Catalog {
    private static final Catalog EMPTY = new Catalog(OrderedMap.empty(), OrderedMap.empty(), 0, 0, 0, 0, 0);

    private final OrderedMap<ServiceName, ServiceEntry> services;
    private final OrderedMap<Removal, Removal> removals;
    private final int instanceCount;
    private final long compactedRevision;
    private final long serviceSum;
    private final long instanceSum;
    private final long tombstoneSum;

    private Catalog(
            OrderedMap<ServiceName, ServiceEntry> services,
            OrderedMap<Removal, Removal> removals,
            int instanceCount,
            long compactedRevision,
            long serviceSum,
            long instanceSum,
            long tombstoneSum) {
        this.services = services;
        this.removals = removals;
        this.instanceCount = instanceCount;
        this.compactedRevision = compactedRevision;
        this.serviceSum = serviceSum;
        this.instanceSum = instanceSum;
        this.tombstoneSum = tombstoneSum;
    }

    /** The empty list. */
    public static Catalog empty() {
        return EMPTY;
    }

    /** The list of these services, which come in the order of their names and have instances only. */
    static Catalog of(List<ServiceEntry> services, int instanceCount, long instanceSum) {
        long serviceSum = 0;
        for (ServiceEntry service : services) {
            serviceSum += service.fingerprint();
        }
        return new Catalog(
                OrderedMap.<ServiceName, ServiceEntry>empty().ofSorted(services, ServiceEntry::name),
                OrderedMap.empty(),
                instanceCount,
                0,
                serviceSum,
                instanceSum,
                0);
    }

    /** How many services it knows, those with remembered removals only among them. */
    public int serviceCount() {
        return services.size();
    }

    /** How many instances it lists, of any status. */
    public int instanceCount() {
        return instanceCount;
    }

    /** How many removals it remembers. */
    public int tombstoneCount() {
        return removals.size();
    }

    /** Removals up to this revision may be forgotten: what was read below it cannot be brought up to date. */
    public long compactedRevision() {
        return compactedRevision;
    }

    /** The service; an empty namespace means the default one. */
    public @Nullable ServiceEntry service(String namespace, String service) {
        return services.get(ServiceName.of(namespace, service));
    }

    /** The service. */
    public @Nullable ServiceEntry service(ServiceName name) {
        return services.get(name);
    }

    /** The instance. */
    public @Nullable InstanceRecord instance(Key key) {
        ServiceEntry service = services.get(key.service());
        return service == null ? null : service.instance(key.id());
    }

    /** All services, ordered by namespace and service. */
    public Iterable<ServiceEntry> services() {
        return services.values();
    }

    /**
     * The services strictly after the given one, which need not exist, ordered by namespace and service. Both empty:
     * from the start; only the service empty: from the start of the namespace.
     */
    public Iterable<ServiceEntry> servicesAfter(String namespace, String service) {
        return services.valuesAbove(new ServiceName(namespace, service));
    }

    /** With the instance under the key, in place of the instance or tombstone that was there. */
    public Catalog with(Key key, InstanceRecord instance) {
        ServiceEntry before = entry(key.service());
        InstanceRecord replaced = before.instance(key.id());
        Tombstone forgotten = replaced == null ? before.tombstone(key.id()) : null;
        return with(
                before,
                before.with(instance, replaced, forgotten),
                forgotten == null ? removals : removals.remove(new Removal(forgotten.revision(), key)),
                instanceCount + (replaced == null ? 1 : 0),
                instanceSum + instance.fingerprint() - (replaced == null ? 0 : replaced.fingerprint()),
                tombstoneSum - (forgotten == null ? 0 : before.fingerprint(forgotten)));
    }

    /** Without the instance, which must exist; a tombstone of the revision stays. */
    public Catalog without(Key key, long revision) {
        ServiceEntry before = entry(key.service());
        InstanceRecord removed = before.instance(key.id());
        if (removed == null) {
            throw new IllegalStateException("no instance " + key + " to remove");
        }
        Removal removal = new Removal(revision, before.key(key.id()));
        return with(
                before,
                before.without(removed, revision),
                removals.put(removal, removal),
                instanceCount - 1,
                instanceSum - removed.fingerprint(),
                tombstoneSum + before.fingerprint(new Tombstone(key.id(), removed.incarnation(), revision)));
    }

    /** With the tombstone of an instance that is not listed. */
    public Catalog with(ServiceName name, Tombstone tombstone) {
        ServiceEntry before = entry(name);
        if (before.instance(tombstone.id()) != null || before.tombstone(tombstone.id()) != null) {
            throw new IllegalStateException("an instance or tombstone " + before.key(tombstone.id()) + " is there");
        }
        Removal removal = new Removal(tombstone.revision(), before.key(tombstone.id()));
        return with(
                before,
                before.with(tombstone),
                removals.put(removal, removal),
                instanceCount,
                instanceSum,
                tombstoneSum + before.fingerprint(tombstone));
    }

    /** With the expiry budget of a service that exists. */
    public Catalog with(ServiceName name, Budget budget) {
        ServiceEntry before = entry(name);
        return with(before, before.with(budget), removals, instanceCount, instanceSum, tombstoneSum);
    }

    /** With the last revision of a service that exists; for reading a stored catalog. */
    public Catalog with(ServiceName name, long revision) {
        ServiceEntry before = entry(name);
        return with(before, before.at(revision), removals, instanceCount, instanceSum, tombstoneSum);
    }

    /** With the compacted revision; for reading a stored catalog. */
    public Catalog compactedTo(long revision) {
        return new Catalog(services, removals, instanceCount, revision, serviceSum, instanceSum, tombstoneSum);
    }

    /** With at most so many tombstones: the oldest ones are forgotten, and the compacted revision follows them. */
    public Catalog evict(int maxTombstones) {
        Catalog rest = this;
        Removal oldest = removals.first();
        while (oldest != null && rest.removals.size() > maxTombstones) {
            rest = rest.forget(oldest);
            oldest = rest.removals.first();
        }
        return rest;
    }

    /** Of everything in it. */
    public long fingerprint() {
        return Fingerprint.mix(
                services.size(),
                serviceSum,
                instanceCount,
                instanceSum,
                removals.size(),
                tombstoneSum,
                compactedRevision);
    }

    private Catalog forget(Removal oldest) {
        ServiceEntry before = services.get(oldest.key().service());
        Tombstone tombstone =
                before == null ? null : before.tombstone(oldest.key().id());
        if (before == null || tombstone == null) {
            throw new IllegalStateException("removal " + oldest + " has no tombstone");
        }
        Catalog rest = with(
                before,
                before.without(tombstone),
                removals.remove(oldest),
                instanceCount,
                instanceSum,
                tombstoneSum - before.fingerprint(tombstone));
        return rest.compactedTo(Math.max(compactedRevision, oldest.revision()));
    }

    private ServiceEntry entry(ServiceName name) {
        ServiceEntry entry = services.get(name);
        return entry == null ? ServiceEntry.empty(name) : entry;
    }

    private Catalog with(
            ServiceEntry before,
            ServiceEntry after,
            OrderedMap<Removal, Removal> removals,
            int instanceCount,
            long instanceSum,
            long tombstoneSum) {
        return new Catalog(
                after.isEmpty() ? services.remove(after.name()) : services.put(after.name(), after),
                removals,
                instanceCount,
                compactedRevision,
                serviceSum
                        + (after.isEmpty() ? 0 : after.fingerprint())
                        - (before.isEmpty() ? 0 : before.fingerprint()),
                instanceSum,
                tombstoneSum);
    }
}
