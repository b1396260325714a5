// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.time.Duration;

/**
 * How one leader followed another, as the newer one measured it on its own monotonic clock. Immutable.
 *
 * @param oldLeader the node that led before
 * @param oldTerm its term; the terms between had no leader
 * @param silence from the last contact with the old leader, known to within 50 ms, until the new one led; zero when the
 *     old one was heard to the end or was this node itself
 * @param election how much of that the new leader stood for election; zero when it was too short to be seen
 * @param leases how many got their full time again
 */
public record Failover(String oldLeader, long oldTerm, Duration silence, Duration election, int leases) {}
