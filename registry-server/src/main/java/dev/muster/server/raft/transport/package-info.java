// SPDX-License-Identifier: Apache-2.0
/**
 * What carries the messages of Ratis between nodes: blocking sockets, one request at a time on each connection. Knows
 * frames, not what is in them.
 */
@NullMarked
package dev.muster.server.raft.transport;

import org.jspecify.annotations.NullMarked;
