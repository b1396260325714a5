// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.core.RegistryState;
import dev.muster.server.replica.Digest;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The hashes of the state at every {@value #EVERY}th entry of the log, the newest {@value #KEPT} of them. All nodes note
 * theirs at the same indexes, so that two of them can be compared though they never stand at the same entry when they
 * are asked. Thread-safe.
 */
final class DigestRing {
    static final int EVERY = 256;
    static final int KEPT = 64;

    private final ArrayDeque<Digest> noted = new ArrayDeque<>(KEPT);

    /** The state behind the entry of this index, which is above those before. At most of them this costs a division. */
    void note(long index, RegistryState state) {
        if (index > 0 && index % EVERY == 0) {
            add(new Digest(index, state.contentHash()));
        }
    }

    private synchronized void add(Digest digest) {
        if (noted.size() == KEPT) {
            noted.removeFirst();
        }
        noted.addLast(digest);
    }

    /** Forgets all of them: the state came from another node, and what this one had before is of no account. */
    synchronized void clear() {
        noted.clear();
    }

    /** Those that are kept, by ascending index. */
    synchronized List<Digest> list() {
        return List.copyOf(noted);
    }
}
