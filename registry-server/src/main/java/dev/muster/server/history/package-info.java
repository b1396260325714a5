// SPDX-License-Identifier: Apache-2.0
/**
 * The event log of a node: files that remember what fell out of the replicated ring, filled from the ring and from other
 * nodes, and the questions that they answer. Start here: {@link dev.muster.server.history.EventHistory}.
 */
@NullMarked
package dev.muster.server.history;

import org.jspecify.annotations.NullMarked;
