// SPDX-License-Identifier: Apache-2.0
/**
 * The bundles of past incidents on the disk of this host. Start with {@link dev.muster.keeper.archive.IncidentArchive}.
 */
@NullMarked
package dev.muster.keeper.archive;

import org.jspecify.annotations.NullMarked;
