// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class EventsTest {
    private final Events events = new Events(2, 10);

    @Test
    void anEventCountsOnceForEachWatcher() {
        events.changed(0, "i-3", 7);
        events.changed(1, "i-3", 7);
        events.changed(1, "i-3", 7);

        assertThat(events.count()).isEqualTo(2);
    }

    @Test
    void aNewRevisionOfTheSameInstanceCountsAndAnOlderOneDoesNot() {
        events.changed(0, "i-3", 7);
        events.changed(0, "i-3", 8);
        events.changed(0, "i-3", 6);

        assertThat(events.count()).isEqualTo(2);
    }

    @Test
    void whatWasToldBeforeTheCountBeganDoesNotCount() {
        events.changed(0, "i-3", 7);
        events.reset();
        events.changed(0, "i-3", 7);

        assertThat(events.count()).isZero();
    }

    @Test
    void silenceFromTheBeginIsNoMeasurement() {
        assertThatThrownBy(() -> events.awaitSilence(Duration.ofMillis(1))).isInstanceOf(IllegalStateException.class);
    }
}
