// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.client.NodeAnswer;
import dev.muster.client.Position;
import dev.muster.client.StateHash;
import java.util.List;
import java.util.Optional;

/** Whether nodes hold the same state, judged from their hashes. A pure function. */
enum Agreement {
    /** All that answered are at one revision and hold the same. */
    EQUAL("equal"),
    /** None differs from another at the same revision, but some are behind. */
    BEHIND("behind"),
    /** Two differ at the same revision: one of them is broken. */
    DIFFERENT("different"),
    /** No node answered. */
    UNKNOWN("unknown");

    private final String word;

    Agreement(String word) {
        this.word = word;
    }

    /** What these answers say. Endpoints that did not answer say nothing. */
    static Agreement of(List<NodeAnswer<StateHash>> answers) {
        List<StateHash> hashes = answers.stream()
                .map(NodeAnswer::answer)
                .flatMap(Optional::stream)
                .toList();
        if (hashes.isEmpty()) {
            return UNKNOWN;
        }
        long positions = hashes.stream().map(StateHash::position).distinct().count();
        long states = hashes.stream()
                .map(hash -> new State(hash.position(), hash.hash()))
                .distinct()
                .count();
        if (states > positions) {
            return DIFFERENT;
        }
        return positions == 1 ? EQUAL : BEHIND;
    }

    /** As it stands in documents. */
    String word() {
        return word;
    }

    private record State(Position position, long hash) {}
}
