// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.event;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.event.OpenPair.Name;
import dev.muster.core.hash.Fingerprint;
import org.jspecify.annotations.Nullable;

/** All open pairs, and which of them are under each lease. Immutable, thus thread-safe. */
public final class OpenPairs {
    private static final OpenPairs EMPTY = new OpenPairs(OrderedMap.empty(), OrderedMap.empty(), 0);

    private final OrderedMap<Name, OpenPair> pairs;
    private final OrderedMap<Long, OrderedMap<Name, OpenPair>> byLease;
    private final long sum;

    private OpenPairs(
            OrderedMap<Name, OpenPair> pairs, OrderedMap<Long, OrderedMap<Name, OpenPair>> byLease, long sum) {
        this.pairs = pairs;
        this.byLease = byLease;
        this.sum = sum;
    }

    /** No pair. */
    public static OpenPairs empty() {
        return EMPTY;
    }

    /** How many are open. */
    public int size() {
        return pairs.size();
    }

    /** The open pair of that name. */
    public @Nullable OpenPair get(Name name) {
        return pairs.get(name);
    }

    /** All of them, ordered by name. */
    public Iterable<OpenPair> all() {
        return pairs.values();
    }

    /** Those under the lease, ordered by name. */
    public Iterable<OpenPair> under(long lease) {
        return of(lease).values();
    }

    /** With the pair, in place of the one of its name. */
    public OpenPairs with(OpenPair pair) {
        OpenPairs rest = without(pair.name());
        return new OpenPairs(
                rest.pairs.put(pair.name(), pair),
                rest.byLease.put(pair.lease(), rest.of(pair.lease()).put(pair.name(), pair)),
                rest.sum + pair.fingerprint());
    }

    /** Without the pair of that name, if it is open. */
    public OpenPairs without(Name name) {
        OpenPair before = pairs.get(name);
        if (before == null) {
            return this;
        }
        OrderedMap<Name, OpenPair> others = of(before.lease()).remove(name);
        return new OpenPairs(
                pairs.remove(name),
                others.isEmpty() ? byLease.remove(before.lease()) : byLease.put(before.lease(), others),
                sum - before.fingerprint());
    }

    /** Of all of them. */
    public long fingerprint() {
        return Fingerprint.mix(pairs.size(), sum);
    }

    private OrderedMap<Name, OpenPair> of(long lease) {
        OrderedMap<Name, OpenPair> under = byLease.get(lease);
        return under == null ? OrderedMap.empty() : under;
    }
}
