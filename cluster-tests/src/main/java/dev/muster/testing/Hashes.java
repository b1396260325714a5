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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The comparison of the nodes' states by their hashes. Stateless. */
public final class Hashes {
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

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

    /**
     * As {@link #awaitEqual}, and until nothing has changed for a second: nodes that have just started still have to
     * report that.
     */
    public static StateHash awaitQuiet(TestCluster cluster) {
        AtomicReference<StateHash> last = new AtomicReference<>(awaitEqual(cluster));
        AtomicLong since = new AtomicLong(System.nanoTime());
        return await("no change for a second, see " + cluster.folder())
                .atMost(LONGEST_WAIT)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> {
                            StateHash now = awaitEqual(cluster);
                            if (!last.getAndSet(now).position().equals(now.position())) {
                                since.set(System.nanoTime());
                            }
                            return now;
                        },
                        now -> System.nanoTime() - since.get() > QUIET.toNanos());
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
