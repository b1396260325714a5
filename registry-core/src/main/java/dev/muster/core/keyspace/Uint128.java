// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import dev.muster.v1.Number;

/**
 * A number of 128 bits without a sign. Immutable.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Uint128(long high, long low) implements Comparable<Uint128> {
    private static final int LIMBS = 4;
    private static final long LIMB_MASK = 0xffff_ffffL;
    private static final int RADIX = 10;

    /** The number, which is not negative. */
    public static Uint128 of(long value) {
        return new Uint128(0, value);
    }

    /** The number in a message. */
    public static Uint128 of(Number number) {
        return new Uint128(number.getHigh(), number.getLow());
    }

    /** The highest number of so many bits, 1 to 128. */
    public static Uint128 highest(int bits) {
        return bits > Long.SIZE
                ? new Uint128(-1L >>> (2 * Long.SIZE - bits), -1L)
                : new Uint128(0, -1L >>> (Long.SIZE - bits));
    }

    /** The number as it stands in messages. */
    public Number toProto() {
        return Number.newBuilder().setHigh(high).setLow(low).build();
    }

    /** The sum. The caller knows that it fits. */
    public Uint128 plus(long more) {
        long sum = low + more;
        return new Uint128(Long.compareUnsigned(sum, low) < 0 ? high + 1 : high, sum);
    }

    /** The difference to a number that is not higher. */
    public Uint128 minus(Uint128 other) {
        long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        return new Uint128(high - other.high - borrow, low - other.low);
    }

    @Override
    public int compareTo(Uint128 other) {
        int order = Long.compareUnsigned(high, other.high);
        return order == 0 ? Long.compareUnsigned(low, other.low) : order;
    }

    /** In decimal. */
    @Override
    public String toString() {
        if (high == 0) {
            return Long.toUnsignedString(low);
        }
        long[] limbs = {high >>> Integer.SIZE, high & LIMB_MASK, low >>> Integer.SIZE, low & LIMB_MASK};
        StringBuilder digits = new StringBuilder();
        while (!isZero(limbs)) {
            digits.append((char) ('0' + divide(limbs)));
        }
        return digits.reverse().toString();
    }

    /** Divides by ten, in place; returns the rest. */
    private static long divide(long[] limbs) {
        long rest = 0;
        for (int i = 0; i < LIMBS; i++) {
            long part = (rest << Integer.SIZE) | limbs[i];
            limbs[i] = part / RADIX;
            rest = part % RADIX;
        }
        return rest;
    }

    private static boolean isZero(long[] limbs) {
        return (limbs[0] | limbs[1] | limbs[2] | limbs[3]) == 0;
    }
}
