// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

/**
 * The history that a number of the registry belongs to: an incarnation or a revision means nothing in another cluster or
 * epoch. Immutable.
 *
 * @param clusterId the cluster, empty when none was met yet
 * @param epochId the epoch in its history
 */
record Origin(String clusterId, long epochId) {
    static final Origin NONE = new Origin("", 0);
}
