// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import java.math.BigInteger;
import java.util.UUID;

/**
 * A number of a keyspace: up to 128 bits, without a sign. Immutable; ordered by size.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Key(long high, long low) implements Comparable<Key> {
    private static final int BITS = 128;
    private static final int HEX = 16;
    private static final String HEX_PREFIX = "0x";

    /** The number. */
    public static Key of(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("key: " + value + " (expected: 0 or more)");
        }
        return new Key(0, value);
    }

    /** The number. */
    public static Key of(BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > BITS) {
            throw new IllegalArgumentException("key: " + value + " (expected: 0 or more, up to " + BITS + " bits)");
        }
        return new Key(value.shiftRight(Long.SIZE).longValue(), value.longValue());
    }

    /** The number in decimal, or in hexadecimal after {@code 0x}. */
    public static Key parse(String text) {
        try {
            return of(
                    text.startsWith(HEX_PREFIX)
                            ? new BigInteger(text.substring(HEX_PREFIX.length()), HEX)
                            : new BigInteger(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "key: " + text + " (expected: a number in decimal, or in hexadecimal after 0x)", e);
        }
    }

    /** The number that is so much higher. */
    public Key plus(long more) {
        long sum = low + more;
        return new Key(Long.compareUnsigned(sum, low) < 0 ? high + 1 : high, sum);
    }

    /** Whether it is at most {@link Long#MAX_VALUE}, as all numbers of up to 63 bits are. */
    public boolean fitsLong() {
        return high == 0 && low >= 0;
    }

    /**
     * The number as a {@code long}.
     *
     * @throws ArithmeticException when it is higher than {@link Long#MAX_VALUE}
     */
    public long toLong() {
        if (!fitsLong()) {
            throw new ArithmeticException("key " + this + " is no long (expected: a keyspace of up to 63 bits)");
        }
        return low;
    }

    /** The number. */
    public BigInteger toBigInteger() {
        return new BigInteger(toHex(), HEX);
    }

    /** 32 hexadecimal digits, so that texts are in the order of the numbers. */
    public String toHex() {
        return String.format("%016x%016x", high, low);
    }

    /** The 128 bits in the form of a UUID. It is unique as far as the keyspace goes, and of no version. */
    public UUID toUuid() {
        return new UUID(high, low);
    }

    @Override
    public int compareTo(Key other) {
        int order = Long.compareUnsigned(high, other.high);
        return order == 0 ? Long.compareUnsigned(low, other.low) : order;
    }

    /** In decimal. */
    @Override
    public String toString() {
        return high == 0 ? Long.toUnsignedString(low) : toBigInteger().toString();
    }
}
