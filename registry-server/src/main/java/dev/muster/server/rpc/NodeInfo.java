// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

/**
 * What a node says of itself. Immutable.
 *
 * @param node its name
 * @param storageId the identity of its disk
 * @param groupId the Raft group, part of resume tokens
 * @param version the release it runs
 */
public record NodeInfo(String node, String storageId, String groupId, String version) {}
