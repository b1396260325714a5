// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

/**
 * Who leads.
 *
 * @param leads whether this node leads and is ready: its first command of the term is applied
 * @param term the newest term this node knows
 * @param leader the leader's name, empty when unknown
 * @param leaderAddress host:port of the leader's client port, empty when unknown
 */
public record Leadership(boolean leads, long term, String leader, String leaderAddress) {
    /** Nobody leads, as far as this node knows. */
    public static Leadership unknown(long term) {
        return new Leadership(false, term, "", "");
    }
}
