// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Three nodes of one system on loopback, started by the benchmark, each a process with a folder of its own. */
interface Cluster extends AutoCloseable {
    /** How long a cluster may take until it serves. */
    Duration LONGEST_START = Duration.ofSeconds(60);

    /** A system that can be measured. */
    interface Kind {
        /** As the table calls it. */
        String title();

        /** Null when it can be started here; else why not. */
        @Nullable
        String missing();

        /** Starts three nodes in an empty folder and waits until they serve. */
        Cluster start(Path folder) throws Exception;
    }

    /** The nodes' processes. */
    List<Node> nodes();

    /** Whether this node, from 0, says that it leads. */
    boolean leads(int node) throws Exception;

    /** The number of the node that leads; waits until one does. */
    default int leader() throws Exception {
        AtomicInteger found = new AtomicInteger();
        Waiting.until("a node leads", LONGEST_START, () -> {
            for (int node : Ports.nodes()) {
                if (nodes().get(node).isAlive() && leads(node)) {
                    found.set(node);
                    return true;
                }
            }
            return false;
        });
        return found.get();
    }

    /** A client of it. */
    Target connect() throws Exception;

    /** Ends all nodes. */
    @Override
    void close();
}
