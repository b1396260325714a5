// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

/**
 * One work on one system in one round.
 *
 * @param system its title
 * @param work its name
 * @param round from 1
 * @param perSecond operations
 * @param p50Micros latency
 * @param p99Micros latency
 * @param p999Micros latency
 * @param serverCpu processor seconds of the three servers for 100,000 operations
 * @param clientCpu processor seconds of the client for 100,000 operations
 * @param failures operations that failed
 */
record Measured(
        String system,
        String work,
        int round,
        double perSecond,
        long p50Micros,
        long p99Micros,
        long p999Micros,
        double serverCpu,
        double clientCpu,
        int failures) {}
