// SPDX-License-Identifier: Apache-2.0
/**
 * What happened to units: on the disk first, then in the registry's event log. Start here:
 * {@link dev.muster.keeper.journal.Journal}.
 */
@NullMarked
package dev.muster.keeper.journal;

import org.jspecify.annotations.NullMarked;
