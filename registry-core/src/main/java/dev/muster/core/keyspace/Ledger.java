// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of a keyspace by their last number, without the epoch field: those that are held and those that are settled,
 * and the counts of both and of what was summarised. Immutable, thus thread-safe.
 *
 * @param held sets whose owner lives
 * @param settled all other ranges
 * @param owners the last numbers of the held sets, by session
 * @param total how many numbers have which status, summarised ones too
 * @param summarised how many stand in no range any more
 * @param sum of the fingerprints of all ranges
 */
record Ledger(
        OrderedMap<Uint128, KeyRange> held,
        OrderedMap<Uint128, KeyRange> settled,
        OrderedMap<Long, OrderedMap<Uint128, Uint128>> owners,
        Tally total,
        Tally summarised,
        long sum) {
    static final Ledger EMPTY =
            new Ledger(OrderedMap.empty(), OrderedMap.empty(), OrderedMap.empty(), Tally.NONE, Tally.NONE, 0);

    /** An empty ledger that begins with these counts. */
    Ledger summarised(Tally counts) {
        return new Ledger(held, settled, owners, counts, counts, sum);
    }

    @Nullable
    KeyRange get(Uint128 last) {
        KeyRange range = held.get(last);
        return range == null ? settled.get(last) : range;
    }

    List<KeyRange> heldBy(long session) {
        List<KeyRange> sets = new ArrayList<>();
        for (Uint128 last : holdings(session).values()) {
            KeyRange set = held.get(last);
            if (set == null) {
                throw new IllegalStateException("session " + session + " holds no set that ends with " + last);
            }
            sets.add(set);
        }
        return sets;
    }

    Ledger with(Uint128 last, KeyRange range) {
        boolean isHeld = range.held();
        return new Ledger(
                isHeld ? held.put(last, range) : held,
                isHeld ? settled : settled.put(last, range),
                isHeld ? hold(range.session(), holdings(range.session()).put(last, last)) : owners,
                total.plus(range.status(), range.size()),
                summarised,
                sum + range.fingerprint());
    }

    Ledger without(Uint128 last, KeyRange range) {
        boolean isHeld = range.held();
        return new Ledger(
                isHeld ? held.remove(last) : held,
                isHeld ? settled : settled.remove(last),
                isHeld ? hold(range.session(), holdings(range.session()).remove(last)) : owners,
                total.plus(range.status(), -range.size()),
                summarised,
                sum - range.fingerprint());
    }

    Ledger summarise(int most) {
        Ledger shorter = this;
        while (shorter.settled.size() > most) {
            shorter = shorter.summariseOldest();
        }
        return shorter;
    }

    long fingerprint() {
        return Fingerprint.mix(
                held.size(), settled.size(), sum, summarised.issued(), summarised.returned(), summarised.lost());
    }

    private Ledger summariseOldest() {
        Uint128 last = settled.keys().iterator().next();
        KeyRange oldest = settled.first();
        if (oldest == null) {
            throw new IllegalStateException("nothing to summarise");
        }
        return new Ledger(
                held,
                settled.remove(last),
                owners,
                total,
                summarised.plus(oldest.status(), oldest.size()),
                sum - oldest.fingerprint());
    }

    private OrderedMap<Uint128, Uint128> holdings(long session) {
        OrderedMap<Uint128, Uint128> sets = owners.get(session);
        return sets == null ? OrderedMap.empty() : sets;
    }

    private OrderedMap<Long, OrderedMap<Uint128, Uint128>> hold(long session, OrderedMap<Uint128, Uint128> sets) {
        return sets.isEmpty() ? owners.remove(session) : owners.put(session, sets);
    }
}
