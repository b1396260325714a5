// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.lease;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All leases, the keys of the instances under each, and which of them are held.
 *
 * <p>The keys are an index over the catalog: whoever changes an instance's lease keeps it in step. Immutable, thus
 * thread-safe.
 */
public final class Leases {
    private static final OrderedMap<Bound, Bound> NOTHING_BOUND = OrderedMap.rankedBy(Bound::incarnation);
    private static final Leases EMPTY = new Leases(
            OrderedMap.rankedBy(Long::longValue),
            OrderedMap.rankedBy(Long::longValue),
            OrderedMap.rankedBy(Long::longValue),
            0);

    private final OrderedMap<Long, Lease> leases;
    private final OrderedMap<Long, OrderedMap<Bound, Bound>> keys;
    private final OrderedMap<Long, Lease> held;
    private final long sum;

    private Leases(
            OrderedMap<Long, Lease> leases,
            OrderedMap<Long, OrderedMap<Bound, Bound>> keys,
            OrderedMap<Long, Lease> held,
            long sum) {
        this.leases = leases;
        this.keys = keys;
        this.held = held;
        this.sum = sum;
    }

    /** No leases. */
    public static Leases empty() {
        return EMPTY;
    }

    /** How many there are, held ones among them. */
    public int size() {
        return leases.size();
    }

    /** How many are held. */
    public int heldCount() {
        return held.size();
    }

    /** The lease of that id. */
    public @Nullable Lease get(long id) {
        return leases.get(id);
    }

    /** All leases, ordered by id. */
    public Iterable<Lease> all() {
        return leases.values();
    }

    /** The held leases, ordered by id. */
    public Iterable<Lease> held() {
        return held.values();
    }

    /** The keys of the instances under the lease, in the order of their incarnations. */
    public Iterable<Key> keys(long id) {
        Iterable<Bound> bound = keysOf(id).values();
        return () -> new Iterator<>() {
            private final Iterator<Bound> each = bound.iterator();

            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public Key next() {
                return each.next().key();
            }
        };
    }

    /** How many instances live under the lease. */
    public int keyCount(long id) {
        return keysOf(id).size();
    }

    /** With the lease, in place of the one of its id. What lives under it stays. */
    public Leases with(Lease lease) {
        Lease before = leases.get(lease.id());
        return new Leases(
                leases.put(lease.id(), lease),
                keys,
                lease.held() ? held.put(lease.id(), lease) : held.remove(lease.id()),
                sum + lease.fingerprint() - (before == null ? 0 : before.fingerprint()));
    }

    /** Without the lease, which must exist and have nothing under it. */
    public Leases without(long id) {
        Lease before = leases.get(id);
        if (before == null || keyCount(id) != 0) {
            throw new IllegalStateException("lease " + id + " is unknown or in use");
        }
        return new Leases(leases.remove(id), keys, held.remove(id), sum - before.fingerprint());
    }

    /** With the instance under the lease, which must exist; for lease 0 nothing changes. */
    public Leases bind(long id, Key key, long incarnation) {
        if (id == 0) {
            return this;
        }
        if (!leases.contains(id)) {
            throw new IllegalStateException("lease " + id + " of " + key + " is unknown");
        }
        Bound bound = Bound.of(key, incarnation);
        return new Leases(leases, keys.put(id, keysOf(id).put(bound, bound)), held, sum);
    }

    /** Without the instance under the lease; for lease 0 nothing changes. */
    public Leases unbind(long id, Key key, long incarnation) {
        if (id == 0) {
            return this;
        }
        OrderedMap<Bound, Bound> rest = keysOf(id).remove(Bound.of(key, incarnation));
        return new Leases(leases, rest.isEmpty() ? keys.remove(id) : keys.put(id, rest), held, sum);
    }

    /** Of all leases; what lives under them counts with the instances. */
    public long fingerprint() {
        return Fingerprint.mix(leases.size(), sum);
    }

    /** Collects what lives under leases, to be put under all of them at once; for reading a stored state. Not thread-safe. */
    public static final class Binder {
        private final Map<Long, List<Bound>> bound = new TreeMap<>();

        /** The instance lives under the lease; for lease 0 nothing changes. */
        public void bind(long id, Key key, long incarnation) {
            if (id != 0) {
                bound.computeIfAbsent(id, lease -> new ArrayList<>()).add(Bound.of(key, incarnation));
            }
        }

        /** The leases, under which nothing lives yet, with all of it. */
        public Leases into(Leases leases) {
            List<OrderedMap<Bound, Bound>> each = new ArrayList<>(bound.size());
            bound.forEach((id, instances) -> {
                if (!leases.leases.contains(id)) {
                    throw new IllegalStateException(
                            "lease " + id + " of " + instances.get(0).key() + " is unknown");
                }
                instances.sort(null);
                each.add(NOTHING_BOUND.ofSorted(instances, Function.identity()));
            });
            Iterator<Long> ids = bound.keySet().iterator();
            return new Leases(
                    leases.leases, leases.keys.ofSorted(each, instances -> ids.next()), leases.held, leases.sum);
        }
    }

    private OrderedMap<Bound, Bound> keysOf(long id) {
        OrderedMap<Bound, Bound> bound = keys.get(id);
        return bound == null ? NOTHING_BOUND : bound;
    }

    /**
     * An instance under a lease. New ones have the highest incarnation, so that they are put where those before them were:
     * what is read on the way there is near.
     */
    private record Bound(long incarnation, ServiceName service, String id) implements Comparable<Bound> {
        static Bound of(Key key, long incarnation) {
            return new Bound(incarnation, key.service(), key.id());
        }

        Key key() {
            return new Key(service, id);
        }

        /** Those of one batch have one incarnation. */
        @Override
        public int compareTo(Bound other) {
            int order = Long.compare(incarnation, other.incarnation);
            return order != 0 ? order : key().compareTo(other.key());
        }
    }
}
