// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * The fingerprint of one node's state. Immutable.
 *
 * @param node the node's name
 * @param position the state's point in history
 * @param hash equal on all nodes at equal positions
 */
public record StateHash(String node, Position position, long hash) {}
