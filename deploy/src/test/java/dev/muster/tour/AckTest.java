// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.client.InstanceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AckTest {
    @Test
    void theGapIsTheLongestSilenceThatEndsAfterTheKill() {
        List<Ack> acks = LongStream.of(0, 900, 1_000, 1_010, 1_500, 1_510)
                .mapToObj(at -> new Ack(at, 1, "s", "i"))
                .toList();

        assertThat(Ack.longestGapMillis(acks, 1_000)).isEqualTo(490);
        assertThat(Ack.longestGapMillis(acks, 1_005)).isEqualTo(490);
        assertThat(Ack.longestGapMillis(acks, 0)).isEqualTo(900);
        assertThat(Ack.longestGapMillis(acks, 1_510)).isZero();
        assertThat(Ack.longestGapMillis(List.of(), 0)).isZero();
    }

    @Test
    void aFileGivesBackWhatWasNoted(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("acked.txt");
        try (AckLog log = AckLog.create(file, Clock.fixed(Instant.ofEpochMilli(42), ZoneOffset.UTC))) {
            log.add(InstanceKey.of("tour-1", "i-1"), 7);
            log.add(InstanceKey.of("tour-2", "i-2"), 8);
        }

        assertThat(AckLog.read(file)).containsExactly(new Ack(42, 7, "tour-1", "i-1"), new Ack(42, 8, "tour-2", "i-2"));
        assertThatThrownBy(() -> Ack.parse("42 7 tour-1"))
                .hasMessage("42 7 tour-1 (expected: millis revision service id)");
    }
}
