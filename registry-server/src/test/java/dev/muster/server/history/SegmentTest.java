// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.v1.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentTest {
    private static final long EPOCH = 7;
    private static final int EVENTS = 5;

    @TempDir
    private Path folder;

    private Path file;
    private byte[] good;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("10.events");
        Segment segment = Segment.create(file, EPOCH, 10);
        segment.append(TestEvents.records(10, 12));
        segment.append(TestEvents.records(13, 14));
        good = Files.readAllBytes(file);
    }

    @Test
    void whatWasWrittenIsReadBackByAnyRange() throws IOException {
        Segment segment = Segment.open(file, EPOCH, 10).segment();

        assertThat(segment.last()).isEqualTo(14);
        assertThat(segment.bytes()).isEqualTo(good.length);
        assertThat(segment.read(10, 14, 1 << 20)).isEqualTo(TestEvents.range(10, 14));
        assertThat(segment.read(12, 13, 1 << 20)).isEqualTo(TestEvents.range(12, 13));
        assertThat(segment.read(12, 14, 1)).isEqualTo(TestEvents.range(12, 12));
    }

    @Test
    void everyFlippedBitIsFoundAndNoWrongEventIsEverRead() throws IOException {
        for (int offset = 0; offset < good.length; offset++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[offset] ^= (byte) (1 << bit);
                Files.write(file, bad);

                assertDamaged(offset);
            }
        }
    }

    @Test
    void everyCutLeavesTheEventsBeforeIt() throws IOException {
        for (int length = 0; length < good.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(good, length));

            assertPrefix(length);
        }
    }

    @Test
    void everyBitThatFlipsWhileTheFileIsOpenIsFoundByTheRead() throws IOException {
        Segment segment = Segment.open(file, EPOCH, 10).segment();
        for (int offset = Segment.HEADER_BYTES; offset < good.length; offset++) {
            byte[] bad = good.clone();
            bad[offset] ^= 1;
            Files.write(file, bad);

            assertThatThrownBy(() -> segment.read(10, 14, 1 << 20))
                    .isInstanceOf(DamagedSegmentException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("offset");
        }
    }

    @Test
    void aFileOfAnotherEpochOrPlaceIsRefused() {
        assertThatThrownBy(() -> Segment.open(file, EPOCH + 1, 10)).isInstanceOf(DamagedSegmentException.class);
        assertThatThrownBy(() -> Segment.open(file, EPOCH, 11)).isInstanceOf(DamagedSegmentException.class);
    }

    @Test
    void whatIsCutCanBeWrittenAgain() throws IOException {
        Segment segment = Segment.open(file, EPOCH, 10).segment();
        segment.cut(12);
        segment.append(TestEvents.records(12, 14));

        assertThat(Files.readAllBytes(file)).isEqualTo(good);
        assertThat(segment.lastMillis()).isEqualTo(TestEvents.of(14).getTimeMillis());
    }

    /** Everything before the record with the offset is as it was, and the damage is reported at or before the offset. */
    private void assertDamaged(int offset) throws IOException {
        try {
            Segment.Opened opened = Segment.open(file, EPOCH, 10);
            assertThat(opened.damage()).as("offset " + offset).isNotNull();
            assertThat(opened.damage()).hasMessageContaining(file + " is damaged at offset ");
            assertThat(readable(opened.segment())).isEqualTo(eventsBefore(offset));
        } catch (DamagedSegmentException refused) {
            assertThat(offset).isLessThan(Segment.HEADER_BYTES);
            assertThat(refused).hasMessageContaining(file + " is damaged at offset 0");
        }
    }

    private void assertPrefix(int length) throws IOException {
        try {
            Segment.Opened opened = Segment.open(file, EPOCH, 10);
            List<Event> left = readable(opened.segment());
            assertThat(left).isEqualTo(eventsBefore(length));
            assertThat(opened.damage() == null).isEqualTo(opened.segment().bytes() == length);
        } catch (DamagedSegmentException refused) {
            assertThat(length).isLessThan(Segment.HEADER_BYTES);
        }
    }

    private static List<Event> readable(Segment segment) throws IOException {
        return segment.count() == 0 ? List.of() : segment.read(10, segment.last(), 1 << 20);
    }

    private static List<Event> eventsBefore(int offset) {
        List<Event> before = new ArrayList<>();
        int end = Segment.HEADER_BYTES;
        for (Event event : TestEvents.range(10, 10 + EVENTS - 1)) {
            end += Segment.RECORD_HEADER_BYTES + event.getSerializedSize();
            if (end <= offset) {
                before.add(event);
            }
        }
        return before;
    }
}
