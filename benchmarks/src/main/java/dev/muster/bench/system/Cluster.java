// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Three nodes of one system on loopback, started by the benchmark, each a process with a folder of its own. */
public interface Cluster extends AutoCloseable {
    /** How long a cluster may take until it serves. */
    Duration LONGEST_START = Duration.ofMinutes(3);

    /** A system that can be measured, with its settings. */
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

    /** Whether this node serves and has applied all that the leader had when it was asked. */
    boolean hasCaughtUp(int node, int leader) throws Exception;

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

    /** Waits until all nodes serve; ends them if they do not. */
    static Cluster serving(Cluster cluster) throws Exception {
        try {
            int leader = cluster.leader();
            for (int node : Ports.nodes()) {
                Waiting.until("all nodes serve", LONGEST_START, () -> cluster.hasCaughtUp(node, leader));
            }
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    /** A client for load, connected as the system's documents advise for that. */
    Target connect() throws Exception;

    /** A client for a cluster whose nodes die. */
    PatientWriter writer() throws Exception;

    /** Watchers at the node that leads now. */
    Watches watches() throws Exception;

    /** Leases at the node that leads now. */
    Leases leases() throws Exception;

    /** Registers services with so many instances each, and keeps their lists in a client that lives on. */
    CachedLookup cache(int services, int instancesEach) throws Exception;

    /** Makes the node write a snapshot and waits for it; false when the system has no order for that. */
    boolean snapshot(int node) throws Exception;

    /** Ends all nodes. */
    @Override
    void close();
}
