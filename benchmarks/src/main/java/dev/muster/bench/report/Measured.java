// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import java.util.Map;

/**
 * One work on one system, once. Immutable.
 *
 * @param system its title
 * @param work its name
 * @param round from 1; works that repeat a fault have several of one round
 * @param figures what was measured; the first is the one that systems are compared by
 */
public record Measured(String system, String work, int round, Map<Figure, Double> figures) {}
