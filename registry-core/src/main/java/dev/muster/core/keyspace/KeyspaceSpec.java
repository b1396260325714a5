// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.core.hash.Fingerprint;

/**
 * What a keyspace was created as. Immutable.
 *
 * <p>A wide one splits its numbers: the lowest 64 bits count, and those above bear the epoch, so that two histories that
 * began as one cannot hand out the same number. {@code start} and {@code max} are without that field.
 *
 * @param name its name
 * @param width bits of its numbers, 32 to 128
 * @param start the first number
 * @param max the last one
 */
public record KeyspaceSpec(String name, int width, Uint128 start, Uint128 max) {
    /** From so many bits on there is an epoch field. */
    public static final int WIDE = 96;

    /** Whether the numbers of a keyspace of that width have an epoch field. */
    public static boolean isWide(int width) {
        return width >= WIDE;
    }

    /** The highest number of that width, without the epoch field. */
    public static Uint128 highest(int width) {
        return Uint128.highest(isWide(width) ? Long.SIZE : width);
    }

    /** Whether its numbers have an epoch field. */
    public boolean wide() {
        return isWide(width);
    }

    /** What the numbers of the epoch bear above their lowest 64 bits, 0 without such a field. */
    long field(long epochId) {
        return wide() ? epochId >>> (2 * Long.SIZE - width) : 0;
    }

    /** The number without its epoch field. */
    Uint128 counter(Uint128 number) {
        return wide() ? Uint128.of(number.low()) : number;
    }

    /** The number with the field of the epoch. */
    Uint128 number(Uint128 counter, long epochId) {
        return wide() ? new Uint128(field(epochId), counter.low()) : counter;
    }

    long fingerprint() {
        return Fingerprint.mix(Fingerprint.of(name), width, start.high(), start.low(), max.high(), max.low());
    }
}
