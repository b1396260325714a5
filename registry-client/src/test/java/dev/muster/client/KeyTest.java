// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyTest {
    private static final Key HIGHEST = new Key(-1, -1);

    @Test
    void isShownInEveryForm() {
        Key key = Key.parse("0x123456789abcdef00fedcba987654321");
        assertThat(key.toHex()).isEqualTo("123456789abcdef00fedcba987654321");
        assertThat(key).hasToString(new BigInteger("123456789abcdef00fedcba987654321", 16).toString());
        assertThat(Key.parse(key.toString())).isEqualTo(key);
        assertThat(key.toUuid()).isEqualTo(UUID.fromString("12345678-9abc-def0-0fed-cba987654321"));
        assertThat(Key.of(7)).hasToString("7");
        assertThat(HIGHEST).hasToString("340282366920938463463374607431768211455");
    }

    @Test
    void isALongIfItFits() {
        assertThat(Key.of(Long.MAX_VALUE).toLong()).isEqualTo(Long.MAX_VALUE);
        Key next = Key.of(Long.MAX_VALUE).plus(1);
        assertThat(next.fitsLong()).isFalse();
        assertThatThrownBy(next::toLong)
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("key 9223372036854775808 is no long (expected: a keyspace of up to 63 bits)");
    }

    @Test
    void countsOnAboveTheLowerHalf() {
        assertThat(new Key(0, -1).plus(1)).isEqualTo(new Key(1, 0));
        assertThat(new Key(0, -1)).isGreaterThan(Key.of(Long.MAX_VALUE)).isLessThan(new Key(1, 0));
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> Key.parse("12a"))
                .hasMessage("key: 12a (expected: a number in decimal, or in hexadecimal after 0x)");
        assertThatThrownBy(() -> Key.parse("-1")).hasMessage("key: -1 (expected: 0 or more, up to 128 bits)");
        assertThatThrownBy(() ->
                        Key.parse(HIGHEST.toBigInteger().add(BigInteger.ONE).toString()))
                .hasMessageEndingWith("(expected: 0 or more, up to 128 bits)");
    }

    @Test
    void aSetIsItsNumbersInARow() {
        assertThat(new KeySet(Key.of(5), 3)).containsExactly(Key.of(5), Key.of(6), Key.of(7));
    }
}
