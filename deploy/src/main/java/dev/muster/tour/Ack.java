// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import java.util.List;

/**
 * One registration that the registry acknowledged. Immutable.
 *
 * @param atMillis when, in milliseconds since 1970
 * @param revision the revision that it made
 * @param service the service
 * @param id the instance
 */
record Ack(long atMillis, long revision, String service, String id) {
    /** As one line of a file. */
    String line() {
        return atMillis + " " + revision + " " + service + " " + id;
    }

    /** Reads such a line. */
    static Ack parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 4) {
            throw new IllegalArgumentException(line + " (expected: millis revision service id)");
        }
        return new Ack(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2], words[3]);
    }

    /**
     * The longest time between two consecutive acknowledgements of which the later one came after {@code fromMillis}; 0
     * when there is none. The acknowledgements stand in the order of their time.
     */
    static long longestGapMillis(List<Ack> acks, long fromMillis) {
        long longest = 0;
        for (int i = 1; i < acks.size(); i++) {
            long at = acks.get(i).atMillis();
            if (at > fromMillis) {
                longest = Math.max(longest, at - acks.get(i - 1).atMillis());
            }
        }
        return longest;
    }
}
