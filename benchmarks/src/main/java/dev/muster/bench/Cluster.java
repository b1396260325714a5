// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Three nodes of one system on loopback, started by the benchmark, each a process with a folder of its own. */
interface Cluster extends AutoCloseable {
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

    /** The one that leads now. */
    Node leader() throws Exception;

    /** A client of it. */
    Target connect() throws Exception;

    /** Ends all nodes. */
    @Override
    void close();
}
