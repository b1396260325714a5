// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

/**
 * One file of a bundle, or why it is not there. Immutable.
 *
 * @param file its name in the folder
 * @param outcome what came of it
 * @param bytes how large it is
 * @param millis how long it took
 * @param reason why it is not whole, in words; empty if it is
 */
public record Part(String file, Outcome outcome, long bytes, long millis, String reason) {
    /** What can come of a part. */
    public enum Outcome {
        /** It is there as it was meant. */
        KEPT,
        /** A part of it is there. */
        CUT,
        /** It is not there. */
        MISSING
    }
}
