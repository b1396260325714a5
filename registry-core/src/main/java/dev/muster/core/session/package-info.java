// SPDX-License-Identifier: Apache-2.0
/**
 * Sessions, with the remembered outcomes that make a repeated write harmless.
 * Start here: {@link dev.muster.core.session.Sessions}.
 */
@NullMarked
package dev.muster.core.session;

import org.jspecify.annotations.NullMarked;
