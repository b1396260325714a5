// SPDX-License-Identifier: Apache-2.0
/**
 * The gRPC services of a node, one class for each: they check limits, submit or read, and reply. Any node answers; what
 * only the leader can do is passed on to it. Handlers never block, so they run on the connections' own threads. Start
 * here: {@link dev.muster.server.rpc.RpcServer}.
 */
@NullMarked
package dev.muster.server.rpc;

import org.jspecify.annotations.NullMarked;
