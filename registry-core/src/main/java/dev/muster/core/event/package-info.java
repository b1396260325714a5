// SPDX-License-Identifier: Apache-2.0
/**
 * The newest events, a bounded ring with a dense sequence.
 * Start here: {@link dev.muster.core.event.EventRing}.
 */
@NullMarked
package dev.muster.core.event;

import org.jspecify.annotations.NullMarked;
