// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

/**
 * Something that was done to the cluster. Immutable.
 *
 * @param kind what
 * @param target to whom
 * @param proof what shows that it happened
 * @param begun when it was done, {@link System#nanoTime}
 * @param healed when the cluster served again
 */
public record Fault(String kind, String target, String proof, long begun, long healed) {}
