// SPDX-License-Identifier: Apache-2.0
/**
 * What is to be done for one unit: decided from what happened and what time it is, without clock, thread or I/O. Start
 * here: {@link dev.muster.keeper.unit.Life}.
 */
@NullMarked
package dev.muster.keeper.unit;

import org.jspecify.annotations.NullMarked;
