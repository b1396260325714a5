// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import dev.muster.core.hash.Fingerprint;
import dev.muster.internal.v1.Settings;

/**
 * What a cluster is born with: its id, its epoch and its settings. Immutable.
 *
 * @param clusterId empty before the first command
 * @param epochId the random identity of this history
 * @param epochOrdinal its place in the lineage
 * @param settings the numbers that apply reads
 * @param fingerprint of all the others
 */
record Identity(String clusterId, long epochId, long epochOrdinal, Settings settings, long fingerprint) {
    static final Identity NONE = of("", 0, 0, Settings.getDefaultInstance());

    static Identity of(String clusterId, long epochId, long epochOrdinal, Settings settings) {
        long fingerprint = Fingerprint.mix(Fingerprint.of(clusterId), epochId, epochOrdinal, Fingerprint.of(settings));
        return new Identity(clusterId, epochId, epochOrdinal, settings, fingerprint);
    }
}
