// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

/**
 * What became of the log up to an entry, as one number: nodes that applied the same entries have equal ones at equal
 * indexes. Immutable.
 *
 * @param index of the entry
 * @param hash of the state behind it, see {@link dev.muster.core.RegistryState#contentHash}
 */
public record Digest(long index, long hash) {}
