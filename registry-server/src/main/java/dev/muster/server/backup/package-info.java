// SPDX-License-Identifier: Apache-2.0
/**
 * What a node keeps for those who follow its log from outside the cluster.
 * Start here: {@link dev.muster.server.backup.EntryTail}.
 */
@NullMarked
package dev.muster.server.backup;

import org.jspecify.annotations.NullMarked;
