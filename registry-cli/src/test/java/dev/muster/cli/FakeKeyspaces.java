// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.Key;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeySet;
import dev.muster.client.Keyspace;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.Keyspaces;
import dev.muster.client.LedgerRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Keyspaces that answer what a test has put here, and count from 7 on. */
final class FakeKeyspaces implements Keyspaces {
    final List<KeyspaceInfo> infos = new ArrayList<>();
    final List<LedgerRange> ranges = new ArrayList<>();
    final List<Object> asked = Collections.synchronizedList(new ArrayList<>());
    /** How far the first number of a set is from that of the one before. */
    int step;

    private long first = 7;

    @Override
    public KeyspaceInfo create(KeyspaceSpec spec) {
        asked.add(spec);
        Key max = spec.max().orElse(new Key(0, -1));
        return new KeyspaceInfo(
                spec.name(), spec.width(), spec.start(), max, Optional.of(spec.start()), false, 0, 0, 0, 0, 0);
    }

    @Override
    public KeyspaceInfo resume(String name, Key from) {
        asked.add(name + " from " + from);
        return infos.get(0);
    }

    @Override
    public List<KeyspaceInfo> list() {
        return infos;
    }

    @Override
    public KeyLedger ledger(String name, Instant since) {
        asked.add(name + " " + since);
        return new KeyLedger(infos.get(0), ranges);
    }

    Keyspace keyspace(String name) {
        return new Keyspace() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Key next() {
                throw new UnsupportedOperationException();
            }

            @Override
            public KeySet nextSet(int size) {
                asked.add(name + " " + size);
                KeySet set = new KeySet(Key.of(first), size);
                first += step;
                return set;
            }

            @Override
            public void close() {}
        };
    }
}
