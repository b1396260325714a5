// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.List;

/**
 * The nodes of the cluster: their state, and the orders that an operator gives. What concerns single nodes is asked of
 * all endpoints of the client at the same time, and a node that does not answer does not hide the others. All methods
 * block up to the request timeout. Safe for use by any number of threads.
 */
public interface ClusterAdmin {
    /** How each endpoint's node stands, in the order of the client's endpoints. */
    List<NodeAnswer<NodeStatus>> status();

    /** How the node at an endpoint, {@code host:port}, stands. */
    NodeStatus status(String endpoint);

    /** The members of the cluster, as any node knows them. */
    List<Member> members();

    /** Makes any other node lead. Returns the new leader's name when it leads. */
    default String transferLeadership() {
        return transferLeadership("");
    }

    /** Makes the named node lead; empty means any other. Returns the new leader's name when it leads. */
    String transferLeadership(String node);

    /** Makes the node at an endpoint write a snapshot. Returns when it is durable and was read back. */
    TakenSnapshot takeSnapshot(String endpoint);

    /** The state hash of each endpoint's node, in the order of the endpoints; equal at equal positions. */
    List<NodeAnswer<StateHash>> stateHashes();

    /** The state hash of the node at an endpoint. */
    StateHash stateHash(String endpoint);
}
