// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.catalog;

/**
 * What is remembered of a removed instance, to fence its older selves and to tell resumed watches of the removal.
 * Immutable.
 *
 * @param id its name within the service
 * @param incarnation its last incarnation
 * @param revision the revision that removed it
 */
public record Tombstone(String id, long incarnation, long revision) {}
