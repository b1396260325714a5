// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

/**
 * One call of one client, from when it was made until it was answered. Immutable.
 *
 * @param client who made it; a client has one in flight
 * @param kind what was asked for
 * @param key what it is about: an instance or a keyspace
 * @param argument of a {@link Kind#PUT} or {@link Kind#CAS} the new value, unique in the history; of a {@link Kind#TAKE}
 *     how many numbers; else empty
 * @param expected of a {@link Kind#CAS} the value that has to be there; else empty
 * @param outcome what came of it
 * @param result of a {@link Kind#GET} the value seen, empty for none; of a {@link Kind#TAKE} the first number
 * @param revision that the answer names; 0 for none
 * @param invoked when the call was made, {@link System#nanoTime}
 * @param returned when it was answered or given up
 */
public record Operation(
        String client,
        Kind kind,
        String key,
        String argument,
        String expected,
        Outcome outcome,
        String result,
        long revision,
        long invoked,
        long returned) {
    /** What can be asked for. */
    public enum Kind {
        /** Registers an instance with a value, whatever was there. */
        PUT,
        /** Changes the value, if it is the expected one. */
        CAS,
        /** Takes the instance off the list. */
        REMOVE,
        /** Looks the instance up, linearizable. */
        GET,
        /** Looks a whole list up, linearizable; of the answer only the revision is kept. */
        LIST,
        /** Takes numbers of a keyspace. */
        TAKE
    }

    /** What can come of it. */
    public enum Outcome {
        /** It was done. */
        OK,
        /** It was judged: something else than the expected was there. */
        CONFLICT,
        /** It was judged: nothing was there. */
        ABSENT,
        /** It was not done and will not be, for a reason that says nothing of the state. */
        REFUSED,
        /** Nobody knows. It may take effect at any time after it was made, or never. */
        UNKNOWN
    }

    /** Whether it would change the registry. */
    public boolean isWrite() {
        return kind != Kind.GET && kind != Kind.LIST;
    }

    /** Whether a node judged it, by the state at some moment while it was in flight. */
    public boolean isJudged() {
        return outcome == Outcome.OK || outcome == Outcome.CONFLICT || outcome == Outcome.ABSENT;
    }

    @Override
    public String toString() {
        return client + " " + kind + " " + key
                + (expected.isEmpty() ? "" : " " + expected + " ->")
                + (argument.isEmpty() ? "" : " " + argument)
                + ": " + outcome
                + (result.isEmpty() ? "" : " " + result)
                + (revision == 0 ? "" : " at revision " + revision);
    }
}
