// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * A member of the cluster. Immutable.
 *
 * @param node its name
 * @param storageId the identity of its disk
 * @param address of its client port, {@code host:port}
 * @param raftAddress of its Raft port, {@code host:port}
 * @param leader whether it leads
 */
public record Member(String node, String storageId, String address, String raftAddress, boolean leader) {}
