// SPDX-License-Identifier: Apache-2.0
/**
 * Backups as files: written so that a half one is never taken for a whole one, read so that a damaged one is refused by
 * file and offset, and put into the data folders of a new cluster. Start here: {@link dev.muster.backup.BackupFile}.
 */
@NullMarked
package dev.muster.backup;

import org.jspecify.annotations.NullMarked;
