// SPDX-License-Identifier: Apache-2.0
/**
 * Judges of a {@link dev.muster.testing.history.History}: each knows one promise, has neither clock nor thread, and says
 * which operation broke it. Start here: {@link dev.muster.testing.check.Linearizability}.
 */
@NullMarked
package dev.muster.testing.check;

import org.jspecify.annotations.NullMarked;
