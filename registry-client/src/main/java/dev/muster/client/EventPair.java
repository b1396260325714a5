// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

/**
 * The place of an event in a pair: one event says what is about to be done, and another one what came of it. Each BEFORE
 * is followed by exactly one AFTER or INTERRUPTED. Immutable.
 *
 * @param name of the pair
 * @param part which of the two it is
 * @param before of an AFTER or INTERRUPTED: the sequence of the BEFORE; else 0
 */
public record EventPair(Name name, Part part, long before) {
    /**
     * What a pair is called, from its BEFORE to the event that closes it. Immutable.
     *
     * @param owner to whom it belongs: a name that outlives processes and their sessions, 1 to 128 characters
     * @param id its name among the owner's open ones, 1 to 128 characters
     */
    public record Name(String owner, String id) {}

    /** Which event of a pair. */
    public enum Part {
        /** Says what is about to be done. */
        BEFORE,
        /** Says what came of it. */
        AFTER,
        /**
         * Says that nobody knows what came of it: the session that told the BEFORE ended, and its owner was not heard for
         * some time after that. Only the registry says so.
         */
        INTERRUPTED,
        /** A newer registry knows more than this client. */
        UNKNOWN
    }
}
