// SPDX-License-Identifier: Apache-2.0
/**
 * Names of services and instances in their one normal form.
 * Start here: {@link dev.muster.core.key.Key}.
 */
@NullMarked
package dev.muster.core.key;

import org.jspecify.annotations.NullMarked;
