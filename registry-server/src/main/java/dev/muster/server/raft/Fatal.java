// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

/**
 * Ends the process at once: for the cases in which going on would break a promise. Called from any thread; does not
 * return in production, may return in tests.
 */
@FunctionalInterface
public interface Fatal {
    /** Why the node ends; decides the exit code. */
    enum Cause {
        /** The log or a vote could not be written or read. */
        LOG_IO,
        /** A defect: something threw that must not. */
        DEFECT,
        /** What is on the disk is damaged, or lost something that was promised. */
        DATA_UNUSABLE,
        /** The cluster replaced this member. */
        REPLACED,
        /** The state of this node is not that of the majority. */
        STATE_DIFFERS,
        /** The cluster uses a feature level above the highest that this version knows. */
        FEATURE_LEVEL
    }

    /** Prints the line for the operator and ends the process. */
    void end(Cause cause, String message, Throwable why);
}
