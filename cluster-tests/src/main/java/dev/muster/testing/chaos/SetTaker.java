// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import dev.muster.client.KeySet;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.testing.history.History;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.List;
import java.util.Random;

/**
 * A client that takes sets of numbers, of one keyspace after the other: the ledger shows a bounded number of ranges. For
 * one thread.
 */
final class SetTaker {
    private static final int SETS_PER_KEYSPACE = 300;
    private static final int LARGEST_SET = 50;

    private final String name;
    private final MusterClient client;
    private final List<String> keyspaces;
    private final History history;
    private final Random random;
    private int sets;

    SetTaker(String name, MusterClient client, List<String> keyspaces, History history, Random random) {
        this.name = name;
        this.client = client;
        this.keyspaces = keyspaces;
        this.history = history;
        this.random = random;
    }

    /** Takes the next set, until all keyspaces were used. */
    void take() {
        int keyspace = sets / SETS_PER_KEYSPACE;
        if (keyspace >= keyspaces.size()) {
            return;
        }
        sets++;
        int size = 1 + random.nextInt(LARGEST_SET);
        String from = keyspaces.get(keyspace);
        History.Pending call = history.begin(name, Kind.TAKE, from, Integer.toString(size), "");
        try {
            KeySet set = client.keyspace(from).nextSet(size);
            call.ok(set.first().toString(), 0);
        } catch (MusterException e) {
            call.failed(e.fate() == Fate.NOT_APPLIED ? Outcome.REFUSED : Outcome.UNKNOWN);
        }
    }
}
