// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import dev.muster.core.RegistryState;
import dev.muster.core.catalog.ServiceEntry;
import dev.muster.core.keyspace.Keyspace;
import dev.muster.internal.v1.SnapshotHeader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a backup holds. Immutable.
 *
 * @param clusterId the cluster that it was taken from
 * @param epochId the history of that cluster
 * @param epochOrdinal the place of that history in its lineage
 * @param revision the revision that it shows
 * @param time the registry's clock there
 * @param term the term of the last log entry that it shows
 * @param index the index of that entry
 * @param featureLevel the level that a version has to know to use it
 * @param services how many services have instances
 * @param instances how many instances
 * @param sessions how many sessions
 * @param keyspaces how many keyspaces
 * @param narrowKeyspaces those without an epoch field, which a restore closes until an operator resumes them
 * @param firstEvent the oldest event in it
 * @param lastEvent the newest event in it
 * @param stateHash the state hash at the revision
 * @param bytes its size
 */
public record BackupSummary(
        String clusterId,
        long epochId,
        long epochOrdinal,
        long revision,
        Instant time,
        long term,
        long index,
        int featureLevel,
        int services,
        long instances,
        int sessions,
        int keyspaces,
        List<String> narrowKeyspaces,
        long firstEvent,
        long lastEvent,
        long stateHash,
        long bytes) {

    /** Copies the list. */
    public BackupSummary {
        narrowKeyspaces = List.copyOf(narrowKeyspaces);
    }

    static BackupSummary of(SnapshotHeader header, RegistryState state, long bytes) {
        int services = 0;
        for (ServiceEntry service : state.catalog().services()) {
            services += service.instances().iterator().hasNext() ? 1 : 0;
        }
        List<String> narrow = new ArrayList<>();
        for (Keyspace keyspace : state.keyspaces().all()) {
            if (!keyspace.spec().wide()) {
                narrow.add(keyspace.spec().name());
            }
        }
        return new BackupSummary(
                state.clusterId(),
                state.epochId(),
                state.epochOrdinal(),
                state.revision(),
                Instant.ofEpochMilli(state.clockMillis()),
                header.getTerm(),
                header.getIndex(),
                state.featureLevel(),
                services,
                state.catalog().instanceCount(),
                state.sessions().size(),
                state.keyspaces().size(),
                narrow,
                state.events().firstSequence(),
                state.events().lastSequence(),
                state.stateHash(),
                bytes);
    }
}
