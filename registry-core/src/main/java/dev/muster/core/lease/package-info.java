// SPDX-License-Identifier: Apache-2.0
/**
 * Leases, what lives under each, and which of them are held.
 * Start here: {@link dev.muster.core.lease.Leases}.
 */
@NullMarked
package dev.muster.core.lease;

import org.jspecify.annotations.NullMarked;
