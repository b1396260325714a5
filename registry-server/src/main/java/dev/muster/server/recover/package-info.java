// SPDX-License-Identifier: Apache-2.0
/**
 * For the day on which a majority of the disks is gone: makes a backup of what is left on one. Start here: {@link
 * dev.muster.server.recover.Main}.
 */
@NullMarked
package dev.muster.server.recover;

import org.jspecify.annotations.NullMarked;
