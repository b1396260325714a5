// SPDX-License-Identifier: Apache-2.0
/**
 * The one collection that the state needs and vavr lacks: an ordered map that can be read from any key on.
 * Start here: {@link dev.muster.core.collect.OrderedMap}.
 */
@NullMarked
package dev.muster.core.collect;

import org.jspecify.annotations.NullMarked;
