// SPDX-License-Identifier: Apache-2.0
/**
 * The registry as a pure function: a state and a command give the next state, a result and events. No clock, thread,
 * file, network or randomness is in here or below. Start here: {@link dev.muster.core.Registry}.
 */
@NullMarked
package dev.muster.core;

import org.jspecify.annotations.NullMarked;
