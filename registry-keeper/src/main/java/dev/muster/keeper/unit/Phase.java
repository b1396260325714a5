// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

/** How a unit stands. */
public enum Phase {
    /** No process. */
    DOWN,
    /** A process that is not ready yet. */
    STARTING,
    /** It runs and may be called. */
    READY,
    /** It runs and may not be called. */
    UNREADY,
    /** It is about to be stopped on request, and finishes what it has begun. */
    DRAINING,
    /** It was asked to end. */
    STOPPING,
    /** It does not answer, and is being ended for that. */
    HUNG
}
