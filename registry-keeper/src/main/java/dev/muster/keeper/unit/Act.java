// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

/** What is to be done for a unit. Immutable. */
public sealed interface Act {
    /**
     * Write down what happened, before anything else is done.
     *
     * @param type what
     * @param start the start concerned: with the unit's name the incident's name
     * @param text for people
     */
    record Tell(IncidentType type, long start, String text) implements Act {}

    /** Start it; the answer is {@link Life#started} or {@link Life#notStarted}. */
    record Start(long number) implements Act {}

    /** List it as one that may be called, or as one that may not. */
    record Show(boolean up) implements Act {}

    /** List it as one that takes nothing new. */
    record Drain() implements Act {}

    /** Take it off the list. */
    record Withdraw() implements Act {}

    /** Ask it to end. */
    record Stop() implements Act {}

    /** End it, and all that it started. */
    record Kill() implements Act {}

    /** Keep what its threads do if it is a JVM, then end it as {@link Kill} does. */
    record DumpAndKill() implements Act {}
}
