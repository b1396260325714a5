// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.internal.v1.Settings;
import java.time.Duration;

/**
 * What an operator may set about replication.
 *
 * @param electionTimeoutMin a follower that hears nothing for a random time between the two stands for election
 * @param electionTimeoutMax see {@code electionTimeoutMin}; also the silence after which a leader gives up
 * @param snapshotEntries a snapshot is written after that many log entries,
 * @param snapshotBytes or that many bytes of them, or fewer when the snapshots are small,
 * @param snapshotInterval or that long after the last one, if anything changed
 * @param logKeepBytes log kept below the older snapshot, so that short outages are caught up from the log
 * @param logSegmentBytes size of a log segment, the unit of purging
 * @param settings the numbers that the state machine reads, used when the cluster is created
 */
public record RaftOptions(
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        long snapshotEntries,
        long snapshotBytes,
        Duration snapshotInterval,
        long logKeepBytes,
        long logSegmentBytes,
        Settings settings) {}
