// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import dev.muster.core.RegistryState;

/**
 * A state and where in the log it stands, as one value. Immutable.
 *
 * @param state what had come of the entry
 * @param term the term of the last entry that it shows
 * @param index the index of that entry
 */
public record Located(RegistryState state, long term, long index) {}
