// SPDX-License-Identifier: Apache-2.0
/**
 * Questions to a unit, and how many wrong answers it takes to believe them. Start here:
 * {@link dev.muster.keeper.probe.Prober}.
 */
@NullMarked
package dev.muster.keeper.probe;

import org.jspecify.annotations.NullMarked;
