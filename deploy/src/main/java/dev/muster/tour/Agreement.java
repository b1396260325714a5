// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.ClusterAdmin;
import dev.muster.client.NodeAnswer;
import dev.muster.client.Position;
import dev.muster.client.StateHash;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether all nodes hold the same: equal state hashes at equal revisions. */
final class Agreement {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE_MILLIS = 100;

    private final ClusterAdmin cluster;

    Agreement(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /** Waits until the nodes agree, for a bounded time, and prints every node's hash. Returns whether they do. */
    boolean awaitAndPrint() throws InterruptedException {
        long start = System.nanoTime();
        List<NodeAnswer<StateHash>> answers = cluster.stateHashes();
        while (!agree(answers) && System.nanoTime() - start < PATIENCE_NANOS) {
            Thread.sleep(PAUSE_MILLIS);
            answers = cluster.stateHashes();
        }
        answers.forEach(answer -> System.out.printf("hash          %s%n", text(answer)));
        if (!agree(answers)) {
            System.err.println("  the nodes do not agree");
        }
        return agree(answers);
    }

    /** Whether every node answered, and all the same. */
    static boolean agree(List<NodeAnswer<StateHash>> answers) {
        List<Optional<Point>> points = answers.stream()
                .map(answer -> answer.answer().map(Point::of))
                .distinct()
                .toList();
        return points.size() == 1 && points.get(0).isPresent();
    }

    private static String text(NodeAnswer<StateHash> answer) {
        return answer.answer()
                .map(hash -> "%016x at revision %d on %s"
                        .formatted(hash.hash(), hash.position().revision(), hash.node()))
                .orElseGet(answer::toString);
    }

    private record Point(Position position, long hash) {
        static Point of(StateHash hash) {
            return new Point(hash.position(), hash.hash());
        }
    }
}
