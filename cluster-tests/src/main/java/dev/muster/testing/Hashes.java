// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import dev.muster.client.MusterException;
import dev.muster.client.Position;
import dev.muster.client.StateHash;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The comparison of the nodes' states by their hashes. Stateless. */
public final class Hashes {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private Hashes() {}

    /**
     * Waits until all nodes that run have the same state.
     *
     * @throws AssertionError at once when two differ at the same point of history
     */
    public static StateHash awaitEqual(TestCluster cluster) {
        return await("equal states, see " + cluster.folder())
                .atMost(LONGEST_WAIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> findEqual(cluster), Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<StateHash> findEqual(TestCluster cluster) {
        List<TestNode> running = cluster.nodes().stream().filter(TestNode::runs).toList();
        Map<Position, StateHash> seen = new HashMap<>();
        for (TestNode node : running) {
            StateHash hash;
            try {
                hash = cluster.admin().stateHash(node.endpoint());
            } catch (MusterException e) {
                return Optional.empty();
            }
            StateHash other = seen.putIfAbsent(hash.position(), hash);
            if (other != null && other.hash() != hash.hash()) {
                throw new AssertionError("states differ at " + hash.position() + ": " + other + ", " + hash + ", see "
                        + cluster.folder());
            }
        }
        return seen.size() == 1 ? seen.values().stream().findFirst() : Optional.empty();
    }
}
