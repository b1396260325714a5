// SPDX-License-Identifier: Apache-2.0
/**
 * Memory errors of other JVMs: how they are seen from outside, what more a new instance gets, and in which order it
 * takes the place of the old one. Start with {@link dev.muster.keeper.memory.MemoryWatch}, {@link
 * dev.muster.keeper.memory.MemoryKnobs} and {@link dev.muster.keeper.memory.Replacement}.
 */
@NullMarked
package dev.muster.keeper.memory;

import org.jspecify.annotations.NullMarked;
