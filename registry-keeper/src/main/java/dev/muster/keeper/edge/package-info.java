// SPDX-License-Identifier: Apache-2.0
/**
 * The routes of a proxy, written from the registry's lists and kept when the registry is away. Start here:
 * {@link dev.muster.keeper.edge.Routes}.
 */
@NullMarked
package dev.muster.keeper.edge;

import org.jspecify.annotations.NullMarked;
