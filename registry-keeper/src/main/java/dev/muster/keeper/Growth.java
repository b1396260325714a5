// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.memory.ErrorCounts;
import dev.muster.keeper.memory.MemoryKnob;
import java.util.Map;

/**
 * What is remembered of a unit's memory. Immutable; a part of the unit's file.
 *
 * @param sizes in bytes that were found to be needed; a manifest that says more keeps it
 * @param restarts how many replacements began since the last quiet time
 * @param told the errors of its process that were dealt with
 */
record Growth(Map<MemoryKnob, Long> sizes, int restarts, ErrorCounts told) {
    static final Growth NONE = new Growth(Map.of(), 0, ErrorCounts.NONE);
}
