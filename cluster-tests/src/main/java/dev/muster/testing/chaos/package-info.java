// SPDX-License-Identifier: Apache-2.0
/**
 * A run of many clients through many faults, all drawn from one seed, whose history is judged in the end. Start here:
 * {@link dev.muster.testing.chaos.ChaosRun}.
 */
@NullMarked
package dev.muster.testing.chaos;

import org.jspecify.annotations.NullMarked;
