// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

/**
 * A member of the cluster.
 *
 * @param node its name
 * @param storageId the identity of its disk, made when the data folder was formatted
 * @param raftAddress host:port of its Raft port
 * @param clientAddress host:port of its client port
 */
public record Peer(String node, String storageId, String raftAddress, String clientAddress) {}
