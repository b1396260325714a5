// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import dev.muster.core.RegistryState;
import dev.muster.core.hash.Fingerprint;

/**
 * The history that sequences count in. Immutable.
 *
 * @param clusterId the cluster
 * @param id random identity of the epoch
 * @param ordinal its place in the lineage
 */
record Epoch(String clusterId, long id, long ordinal) {
    static Epoch of(RegistryState state) {
        return new Epoch(state.clusterId(), state.epochId(), state.epochOrdinal());
    }

    /** Of all three, for checksums and tokens. */
    long fingerprint() {
        return Fingerprint.mix(Fingerprint.of(clusterId), id, ordinal);
    }

    /** The name of its folder. */
    String folderName() {
        return ordinal + "-" + String.format("%016x", id);
    }
}
