// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Uint128Test {
    private static final int ROUNDS = 2_000;
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    @Test
    void countsLikeWholeNumbers() {
        Random random = new Random(5);
        for (int i = 0; i < ROUNDS; i++) {
            Uint128 one = number(random);
            Uint128 other = number(random);
            int more = random.nextInt(Integer.MAX_VALUE);
            assertThat(one).hasToString(big(one).toString());
            assertThat(Integer.signum(one.compareTo(other))).isEqualTo(big(one).compareTo(big(other)));
            assertThat(big(one.plus(more)))
                    .isEqualTo(big(one).add(BigInteger.valueOf(more)).mod(MODULUS));
            assertThat(big(one.minus(other)))
                    .isEqualTo(big(one).subtract(big(other)).mod(MODULUS));
            assertThat(Uint128.of(one.toProto())).isEqualTo(one);
        }
    }

    @Test
    void theHighestNumberOfAWidthHasAllItsBits() {
        for (int bits = 1; bits <= 128; bits++) {
            assertThat(big(Uint128.highest(bits)))
                    .isEqualTo(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
        }
    }

    /** Often close to where a half overflows. */
    private static Uint128 number(Random random) {
        long high = random.nextInt(3) == 0 ? 0 : random.nextLong();
        return new Uint128(high, random.nextInt(3) == 0 ? -1L - random.nextInt(9) : random.nextLong());
    }

    private static BigInteger big(Uint128 number) {
        return new BigInteger(Long.toUnsignedString(number.high()))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(number.low())));
    }
}
