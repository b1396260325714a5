// SPDX-License-Identifier: Apache-2.0
/**
 * What clients of a cluster did and saw, and what was done to the cluster meanwhile, all on one monotonic clock: the
 * ground for {@link dev.muster.testing.check}. Start here: {@link dev.muster.testing.history.History}.
 */
@NullMarked
package dev.muster.testing.history;

import org.jspecify.annotations.NullMarked;
