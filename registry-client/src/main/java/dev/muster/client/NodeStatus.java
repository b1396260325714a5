// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Duration;

/**
 * How one node stands. Immutable.
 *
 * @param position up to where it has applied the history
 * @param age how old its state may be; {@link java.time.temporal.ChronoUnit#FOREVER} when it does not know
 * @param clusterId the cluster it belongs to
 * @param node its name
 * @param storageId the identity of its disk
 * @param role what it is to the cluster
 * @param term the election that it is in
 * @param leader the leader's name, empty when unknown
 * @param leaderAddress the leader's client port, empty when unknown
 * @param ready whether it serves
 * @param grey why others should be used rather than it; empty when it is well
 * @param diskTime what its disk takes for a small durable write; zero while it does not know
 * @param appliedIndex up to where it has applied the log
 * @param commitIndex up to where it knows the log to be committed
 * @param snapshotIndex of its newest durable snapshot, 0 for none
 * @param services how many services its state holds
 * @param instances how many instances its state holds
 * @param leases how many leases its state holds
 * @param sessions how many sessions its state holds
 * @param watches how many views it feeds
 * @param heldLeases how many leases ran out but are held by an expiry budget
 * @param uptime since its start
 * @param version its release
 * @param featureLevel the highest feature level that it knows
 */
public record NodeStatus(
        Position position,
        Duration age,
        String clusterId,
        String node,
        String storageId,
        NodeRole role,
        long term,
        String leader,
        String leaderAddress,
        boolean ready,
        String grey,
        Duration diskTime,
        long appliedIndex,
        long commitIndex,
        long snapshotIndex,
        long services,
        long instances,
        long leases,
        long sessions,
        long watches,
        long heldLeases,
        Duration uptime,
        String version,
        int featureLevel) {}
