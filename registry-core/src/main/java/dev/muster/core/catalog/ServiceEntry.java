// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One service: its instances, its remembered removals and its expiry budget.
 *
 * <p>A key has an instance or a tombstone, never both. The entry exists as long as it has either. Immutable, thus
 * thread-safe.
 */
public final class ServiceEntry {
    /** Ids of a service are alike in their first characters, so that they are looked for by their hash. */
    private static final OrderedMap<String, InstanceRecord> NO_INSTANCES = OrderedMap.rankedBy(String::hashCode);

    private static final OrderedMap<String, Tombstone> NO_TOMBSTONES = OrderedMap.rankedBy(String::hashCode);

    private final ServiceName name;
    private final long nameFingerprint;
    private final long revision;
    private final OrderedMap<String, InstanceRecord> instances;
    private final OrderedMap<String, Tombstone> tombstones;
    private final OrderedMap<Removal, Tombstone> removals;
    private final int serving;
    private final int leased;
    private final @Nullable Budget budget;
    private final long fingerprint;

    private ServiceEntry(
            ServiceName name,
            long nameFingerprint,
            long revision,
            OrderedMap<String, InstanceRecord> instances,
            OrderedMap<String, Tombstone> tombstones,
            OrderedMap<Removal, Tombstone> removals,
            int serving,
            int leased,
            @Nullable Budget budget) {
        this.name = name;
        this.nameFingerprint = nameFingerprint;
        this.revision = revision;
        this.instances = instances;
        this.tombstones = tombstones;
        this.removals = removals;
        this.serving = serving;
        this.leased = leased;
        this.budget = budget;
        this.fingerprint = Fingerprint.mix(nameFingerprint, revision, budget == null ? 0 : budget.fingerprint());
    }

    static ServiceEntry empty(ServiceName name) {
        return new ServiceEntry(
                name, fingerprint(name), 0, NO_INSTANCES, NO_TOMBSTONES, OrderedMap.empty(), 0, 0, null);
    }

    /** The service of these instances, each of which comes once. */
    static ServiceEntry of(ServiceName name, List<InstanceRecord> instances) {
        List<InstanceRecord> byHash = new ArrayList<>(instances);
        byHash.sort((one, other) -> NO_INSTANCES.compare(one.id(), other.id()));
        long revision = 0;
        int serving = 0;
        int leased = 0;
        for (InstanceRecord instance : instances) {
            revision = Math.max(revision, instance.modifyRevision());
            serving += serving(instance);
            leased += leased(instance);
        }
        return new ServiceEntry(
                name,
                fingerprint(name),
                revision,
                NO_INSTANCES.ofSorted(byHash, InstanceRecord::id),
                NO_TOMBSTONES,
                OrderedMap.empty(),
                serving,
                leased,
                null);
    }

    private static long fingerprint(ServiceName name) {
        return Fingerprint.mix(Fingerprint.of(name.namespace()), Fingerprint.of(name.service()));
    }

    /** The namespace, spelled out. */
    public String namespace() {
        return name.namespace();
    }

    /** The name within the namespace. */
    public String service() {
        return name.service();
    }

    /** Both together. */
    public ServiceName name() {
        return name;
    }

    /** The last revision that changed an instance or removed one. */
    public long revision() {
        return revision;
    }

    /** How many instances it has, of any status. */
    public int size() {
        return instances.size();
    }

    /** How many instances have status UP. */
    public int serving() {
        return serving;
    }

    /** How many instances live under a lease. */
    public int leased() {
        return leased;
    }

    /** All instances, ordered by id. They are sorted with each call. */
    public List<InstanceRecord> instances() {
        return changedSince(0);
    }

    /** The instances that were registered or changed after the revision, ordered by id. */
    public List<InstanceRecord> changedSince(long revision) {
        List<InstanceRecord> changed = new ArrayList<>();
        for (InstanceRecord instance : instances.values()) {
            if (instance.modifyRevision() > revision) {
                changed.add(instance);
            }
        }
        changed.sort(Comparator.comparing(InstanceRecord::id));
        return Collections.unmodifiableList(changed);
    }

    /** All instances, in an order of no meaning, which is the same for the same ids. */
    public Iterable<InstanceRecord> unordered() {
        return instances.values();
    }

    /** The instance of that id. */
    public @Nullable InstanceRecord instance(String id) {
        return instances.get(id);
    }

    /** What is remembered of the removed instance of that id. */
    public @Nullable Tombstone tombstone(String id) {
        return tombstones.get(id);
    }

    /** Instances removed after the revision and not registered again since, in the order of their removal. */
    public Iterable<Tombstone> removedSince(long revision) {
        return revision == Long.MAX_VALUE
                ? OrderedMap.<Removal, Tombstone>empty().values()
                : removals.valuesFrom(Removal.after(revision));
    }

    /** The window of its expiry budget, if one ever began; see {@link Budget#runs}. */
    public @Nullable Budget budget() {
        return budget;
    }

    /** The key of an instance of this service, sharing the service's name with all others. */
    public Key key(String id) {
        return new Key(name, id);
    }

    boolean isEmpty() {
        return instances.isEmpty() && tombstones.isEmpty();
    }

    /** With the instance in place of what was there: another instance, a tombstone, or neither. */
    ServiceEntry with(InstanceRecord instance, @Nullable InstanceRecord replaced, @Nullable Tombstone forgotten) {
        ServiceEntry base = forgotten == null ? this : without(forgotten);
        return new ServiceEntry(
                name,
                nameFingerprint,
                Math.max(revision, instance.modifyRevision()),
                base.instances.put(instance.id(), instance),
                base.tombstones,
                base.removals,
                serving + serving(instance) - serving(replaced),
                leased + leased(instance) - leased(replaced),
                budget);
    }

    ServiceEntry without(InstanceRecord instance, long revision) {
        Tombstone tombstone = new Tombstone(instance.id(), instance.incarnation(), revision);
        ServiceEntry rest = new ServiceEntry(
                name,
                nameFingerprint,
                revision,
                instances.remove(instance.id()),
                tombstones,
                removals,
                serving - serving(instance),
                leased - leased(instance),
                budget);
        return rest.with(tombstone);
    }

    ServiceEntry with(Tombstone tombstone) {
        return new ServiceEntry(
                name,
                nameFingerprint,
                Math.max(revision, tombstone.revision()),
                instances,
                tombstones.put(tombstone.id(), tombstone),
                removals.put(new Removal(tombstone.revision(), key(tombstone.id())), tombstone),
                serving,
                leased,
                budget);
    }

    ServiceEntry without(Tombstone tombstone) {
        return new ServiceEntry(
                name,
                nameFingerprint,
                revision,
                instances,
                tombstones.remove(tombstone.id()),
                removals.remove(new Removal(tombstone.revision(), key(tombstone.id()))),
                serving,
                leased,
                budget);
    }

    ServiceEntry with(Budget budget) {
        return new ServiceEntry(
                name, nameFingerprint, revision, instances, tombstones, removals, serving, leased, budget);
    }

    ServiceEntry at(long revision) {
        return new ServiceEntry(
                name, nameFingerprint, revision, instances, tombstones, removals, serving, leased, budget);
    }

    /** Of what it has beside its instances and tombstones. */
    long fingerprint() {
        return fingerprint;
    }

    long fingerprint(Tombstone tombstone) {
        return Fingerprint.mix(
                nameFingerprint, Fingerprint.of(tombstone.id()), tombstone.incarnation(), tombstone.revision());
    }

    private static int serving(@Nullable InstanceRecord instance) {
        return instance != null && instance.serving() ? 1 : 0;
    }

    private static int leased(@Nullable InstanceRecord instance) {
        return instance != null && instance.lease() != 0 ? 1 : 0;
    }
}
