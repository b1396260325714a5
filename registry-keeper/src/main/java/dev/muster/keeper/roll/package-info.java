// SPDX-License-Identifier: Apache-2.0
/**
 * The units' places in the registry: wished for at once, made so as soon as the registry can be reached. Start here:
 * {@link dev.muster.keeper.roll.Roll}.
 */
@NullMarked
package dev.muster.keeper.roll;

import org.jspecify.annotations.NullMarked;
