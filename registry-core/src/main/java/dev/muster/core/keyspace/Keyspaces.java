// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.core.collect.OrderedMap;
import dev.muster.core.hash.Fingerprint;
import org.jspecify.annotations.Nullable;

/** All keyspaces. Immutable, thus thread-safe. */
public final class Keyspaces {
    private static final Keyspaces EMPTY = new Keyspaces(OrderedMap.empty(), 0);

    private final OrderedMap<String, Keyspace> keyspaces;
    private final long sum;

    private Keyspaces(OrderedMap<String, Keyspace> keyspaces, long sum) {
        this.keyspaces = keyspaces;
        this.sum = sum;
    }

    /** No keyspaces. */
    public static Keyspaces empty() {
        return EMPTY;
    }

    /** How many there are. */
    public int size() {
        return keyspaces.size();
    }

    /** The keyspace of that name. */
    public @Nullable Keyspace get(String name) {
        return keyspaces.get(name);
    }

    /** All keyspaces, ordered by name. */
    public Iterable<Keyspace> all() {
        return keyspaces.values();
    }

    /** With the keyspace, in place of the one of its name. */
    public Keyspaces with(Keyspace keyspace) {
        Keyspace before = keyspaces.get(keyspace.spec().name());
        return before == keyspace
                ? this
                : new Keyspaces(
                        keyspaces.put(keyspace.spec().name(), keyspace),
                        sum + keyspace.fingerprint() - (before == null ? 0 : before.fingerprint()));
    }

    /** Of all keyspaces and their ledgers. */
    public long fingerprint() {
        return Fingerprint.mix(keyspaces.size(), sum);
    }
}
