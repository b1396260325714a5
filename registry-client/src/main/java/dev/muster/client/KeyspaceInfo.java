// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.util.Optional;

/**
 * How a keyspace stands. {@code held}, {@code issued}, {@code returned} and {@code lost} together are all numbers from the
 * start to the high-water mark. Immutable.
 *
 * @param name its name
 * @param width bits of its numbers
 * @param start the first number
 * @param max the last one
 * @param next the high-water mark: the next number to be handed out; empty when none is left
 * @param closed whether a restore closed it
 * @param held how many numbers are in sets whose owner lives
 * @param issued how many were handed out by owners that are done with them
 * @param returned how many were given back unused
 * @param lost how many were in the hands of owners that died
 * @param summarised how many of all these the ledger no longer shows as ranges
 */
public record KeyspaceInfo(
        String name,
        int width,
        Key start,
        Key max,
        Optional<Key> next,
        boolean closed,
        long held,
        long issued,
        long returned,
        long lost,
        long summarised) {}
