// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.process.ProcessId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the two processes that a unit has while the one takes over from the other. Immutable; a part of the unit's file.
 *
 * @param start the number of its start
 * @param slot 0 or 1: by which of the unit's two names it is listed
 * @param process it, if it is known already
 * @param ports given to it, by endpoint
 * @param claim to its registration, empty for none
 */
record Copy(long start, int slot, @Nullable ProcessId process, Map<String, Integer> ports, String claim) {}
