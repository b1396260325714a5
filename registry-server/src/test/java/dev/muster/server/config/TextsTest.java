// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextsTest {
    private final Function<String, Duration> duration = Texts.duration(Duration.ofMillis(100), Duration.ofHours(1));
    private final Function<String, Long> size = Texts.size(1L << 10, 1L << 30);
    private final Function<String, Integer> integer = Texts.integer(1, 100);

    @Test
    void valuesAreReadWithTheirUnits() {
        assertThat(duration.apply("100ms")).isEqualTo(Duration.ofMillis(100));
        assertThat(duration.apply("1h")).isEqualTo(Duration.ofHours(1));
        assertThat(size.apply("1024")).isEqualTo(1024);
        assertThat(size.apply("1GiB")).isEqualTo(1L << 30);
        assertThat(integer.apply("100")).isEqualTo(100);
        assertThat(HostPort.parse("[::1]:7440")).isEqualTo(new HostPort("::1", 7440));
        assertThat(HostPort.parse("[::1]:7440")).hasToString("[::1]:7440");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "99ms", "61m", "-1s", "1 s", "1d", "999999999h"})
    void otherDurationsAreRefused(String text) {
        assertThatThrownBy(() -> duration.apply(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a number with ms, s, m or h, from 100ms to 1h, for instance 30s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1023", "1025MiB", "2GiB", "999999999999GiB", "1MB", "1.5MiB"})
    void otherSizesAreRefused(String text) {
        assertThatThrownBy(() -> size.apply(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bytes, or a number with KiB, MiB or GiB, from 1KiB to 1GiB, for instance 64MiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "101", "4294967297", "1e1", "99999999999999999999"})
    void otherNumbersAreRefused(String text) {
        assertThatThrownBy(() -> integer.apply(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a number from 1 to 100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":7440", "host:0", "host:99999", "a b:7440", "::1:7440", "host:7440/"})
    void otherAddressesAreRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyLiteralLoopbackIsLoopback() {
        assertThat(List.of("localhost", "127.0.0.1", "127.1.2.3", "::1")).allMatch(HostPort::isLoopback);
        assertThat(List.of("0.0.0.0", "::", "10.0.0.1", "localhost.example.org", "127.example.org"))
                .noneMatch(HostPort::isLoopback);
    }

    @Test
    void theNearestNameNeedsTheFewestChanges() {
        assertThat(Keys.distance("listen", "listen")).isZero();
        assertThat(Keys.distance("lisen", "listen")).isEqualTo(1);
        assertThat(Keys.distance("", "node")).isEqualTo(4);
        assertThat(Keys.nearest("entires", List.of("node", "entries", "data"))).isEqualTo("entries");
    }
}
