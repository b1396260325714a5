// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Everything that can be set on a node. Complete and checked: made by {@link ServerConfigLoader} only, which refuses
 * what does not fit together. Immutable.
 *
 * @param node the name of this node, one of {@code peers}
 * @param data the folder that holds all that the node must not lose; absolute
 * @param listen where the client port listens; the Raft and HTTP ports listen on the same host
 * @param advertise the host under which others reach this node
 * @param cluster the name that all nodes of the cluster agree on before it is created
 * @param peers the first members of the cluster, this node among them, ordered by name
 * @param insecure whether the operator accepts plain text off loopback
 * @param preset where the timing came from
 * @param electionTimeout a follower that heard nothing from a leader for this long, to twice this long, tries to lead
 * @param snapshots when a snapshot is written
 * @param log how the log is kept
 * @param diskReserve bytes that stay free on the disk of the data folder
 * @param events how much of the event log is kept
 * @param expiry what a new cluster is created with; without effect on an existing one
 */
public record ServerConfig(
        String node,
        Path data,
        HostPort listen,
        String advertise,
        String cluster,
        List<Member> peers,
        boolean insecure,
        Preset preset,
        Duration electionTimeout,
        Snapshots snapshots,
        LogFiles log,
        long diskReserve,
        Events events,
        Expiry expiry) {

    /** Copies the list. */
    public ServerConfig {
        peers = List.copyOf(peers);
    }

    /** This node among the peers. */
    public Member self() {
        return peers.stream()
                .filter(peer -> peer.name().equals(node))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("node " + node + " (expected: one of " + peers + ")"));
    }

    /** The longest time without a leader after which an election begins: twice {@link #electionTimeout}. */
    public Duration electionTimeoutMax() {
        return electionTimeout.multipliedBy(2);
    }

    /** Where the Raft port listens: the port after the client's. */
    public HostPort listenRaft() {
        return listen.plus(Ports.RAFT_OFFSET);
    }

    /** Where the HTTP port listens: two after the client's. */
    public HostPort listenHttp() {
        return listen.plus(Ports.HTTP_OFFSET);
    }

    /**
     * A first member of the cluster.
     *
     * @param name its node name
     * @param client where others reach its client port
     */
    public record Member(String name, HostPort client) {
        /** Where others reach its Raft port. */
        public HostPort raft() {
            return client.plus(Ports.RAFT_OFFSET);
        }

        /** Where others reach its HTTP port. */
        public HostPort http() {
            return client.plus(Ports.HTTP_OFFSET);
        }

        @Override
        public String toString() {
            return name + "=" + client;
        }
    }

    /**
     * When a snapshot is written: as soon as one of the three is reached since the last one.
     *
     * @param entries applied log entries
     * @param bytes of applied log entries
     * @param interval time, if anything was applied in it
     */
    public record Snapshots(int entries, long bytes, Duration interval) {}

    /**
     * How the log is kept.
     *
     * @param segmentBytes size at which a new log file is begun
     * @param keepBytes how much below the older snapshot is kept, so that a node that was away for a moment catches up
     *     from the log and not by a whole snapshot
     */
    public record LogFiles(long segmentBytes, long keepBytes) {}

    /**
     * How much of the event log is kept in files: up to the first bound that is reached.
     *
     * @param age by the registry's clock
     * @param count how many
     * @param bytes of files
     */
    public record Events(Duration age, int count, long bytes) {}

    /**
     * The expiry budget that a new cluster is created with.
     *
     * @param budgetPercent of a service's instances, how many may expire in one window; the others are held
     * @param minInstances services with fewer leased instances have no budget
     * @param window how long one window is
     * @param hold how long a held instance stays listed before it expires all the same
     */
    public record Expiry(int budgetPercent, int minInstances, Duration window, Duration hold) {}
}
