// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/** What a node is to its cluster. */
public enum NodeRole {
    /** Takes the writes. */
    LEADER,
    /** Follows the leader. */
    FOLLOWER,
    /** Asks to be elected. */
    CANDIDATE,
    /** Not a member yet: waits to be let in, or catches up. */
    JOINING,
    /** Did not say. */
    UNKNOWN
}
