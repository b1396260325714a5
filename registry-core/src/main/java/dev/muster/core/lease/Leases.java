// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.lease;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.Key;
import org.jspecify.annotations.Nullable;

/**
 * All leases, the keys of the instances under each, and which of them are held.
 *
 * <p>The keys are an index over the catalog: whoever changes an instance's lease keeps it in step. Immutable, thus
 * thread-safe.
 */
public final class Leases {
    private static final Leases EMPTY = new Leases(OrderedMap.empty(), OrderedMap.empty(), OrderedMap.empty(), 0);

    private final OrderedMap<Long, Lease> leases;
    private final OrderedMap<Long, OrderedMap<Key, Key>> keys;
    private final OrderedMap<Long, Lease> held;
    private final long sum;

    private Leases(
            OrderedMap<Long, Lease> leases,
            OrderedMap<Long, OrderedMap<Key, Key>> keys,
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

    /** The keys of the instances under the lease, in order. */
    public Iterable<Key> keys(long id) {
        return keysOf(id).values();
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
    public Leases bind(long id, Key key) {
        if (id == 0) {
            return this;
        }
        if (!leases.contains(id)) {
            throw new IllegalStateException("lease " + id + " of " + key + " is unknown");
        }
        return new Leases(leases, keys.put(id, keysOf(id).put(key, key)), held, sum);
    }

    /** Without the instance under the lease; for lease 0 nothing changes. */
    public Leases unbind(long id, Key key) {
        if (id == 0) {
            return this;
        }
        OrderedMap<Key, Key> rest = keysOf(id).remove(key);
        return new Leases(leases, rest.isEmpty() ? keys.remove(id) : keys.put(id, rest), held, sum);
    }

    /** Of all leases; what lives under them counts with the instances. */
    public long fingerprint() {
        return Fingerprint.mix(leases.size(), sum);
    }

    private OrderedMap<Key, Key> keysOf(long id) {
        OrderedMap<Key, Key> bound = keys.get(id);
        return bound == null ? OrderedMap.empty() : bound;
    }
}
