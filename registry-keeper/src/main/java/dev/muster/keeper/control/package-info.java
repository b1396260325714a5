// SPDX-License-Identifier: Apache-2.0
/**
 * How operators of this host talk to the keeper: a socket in its folder, which only its user can enter, and one line of
 * JSON each way. Start here: {@link dev.muster.keeper.control.ControlSocket}.
 */
@NullMarked
package dev.muster.keeper.control;

import org.jspecify.annotations.NullMarked;
