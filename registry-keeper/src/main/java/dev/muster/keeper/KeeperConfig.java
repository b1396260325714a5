// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a keeper is told at its start. Immutable.
 *
 * @param manifests the folder of the manifests
 * @param data the folder for all that the keeper has to remember; it makes it its user's own
 * @param endpoints client ports of the registry's nodes; none: the keeper works without a registry
 * @param archive the folder for bundles of incidents, its user's own like that
 * @param host by which the keeper is listed
 * @param namespace of units that name none
 * @param lease how long units stay listed while no keeper runs
 * @param firstPort of those that the keeper gives to units
 * @param lastPort of those
 */
record KeeperConfig(
        Path manifests,
        Path data,
        Path archive,
        List<String> endpoints,
        String host,
        String namespace,
        Duration lease,
        int firstPort,
        int lastPort) {}
