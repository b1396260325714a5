// SPDX-License-Identifier: Apache-2.0
/**
 * What is kept of a JVM before it is destroyed: its bundle. Start with {@link
 * dev.muster.keeper.diagnostics.Diagnostics}.
 */
@NullMarked
package dev.muster.keeper.diagnostics;

import org.jspecify.annotations.NullMarked;
