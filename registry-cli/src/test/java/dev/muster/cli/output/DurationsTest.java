// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "5s,PT5S", "1h30m,PT1H30M", "2d,PT48H", "0s,PT0S", "1m1s1ms,PT1M1.001S"})
    void whatPeopleWriteIsUnderstood(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5S", "5sx", "9999999999999s"})
    void anythingElseIsInvalid(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(text + " (expected: a duration such as 500ms, 5s or 1h30m)");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,0ms",
        "PT0.999S,999ms",
        "PT4.27S,4.2s",
        "PT10S,10s",
        "PT59.9S,59s",
        "PT1M3S,1m3s",
        "PT2H5M9S,2h5m",
        "PT76H,3d4h"
    })
    void peopleReadTheTwoLargestUnits(Duration duration, String expected) {
        assertThat(Durations.human(duration)).isEqualTo(expected);
    }

    @Test
    void nobodyKnowsForEver() {
        assertThat(Durations.human(ChronoUnit.FOREVER.getDuration())).isEqualTo("unknown");
    }
}
