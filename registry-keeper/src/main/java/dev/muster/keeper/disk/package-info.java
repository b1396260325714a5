// SPDX-License-Identifier: Apache-2.0
/**
 * Files of a keeper that are there whole, and whose damage is noticed. Start here:
 * {@link dev.muster.keeper.disk.SealedFile}.
 */
@NullMarked
package dev.muster.keeper.disk;

import org.jspecify.annotations.NullMarked;
