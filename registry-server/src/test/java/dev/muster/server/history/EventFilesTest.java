// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.history.EventFiles.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventFilesTest {
    private static final Epoch EPOCH = new Epoch("cluster-a", 7, 1);
    private static final int MUCH = 1 << 20;

    @TempDir
    private Path folder;

    private final List<String> reports = new ArrayList<>();

    @Test
    void eventsAreReadBackAfterARestartAcrossFiles() throws IOException {
        EventFiles files = open(Retention.DEFAULT);
        files.append(TestEvents.records(1, 400));
        EventFiles small = open(new Retention(Duration.ofDays(30), 1_000_000, 1));
        small.append(TestEvents.records(401, 1_000));

        EventFiles again = open(Retention.DEFAULT);

        assertThat(again.first()).isEqualTo(1);
        assertThat(again.last()).isEqualTo(1_000);
        assertThat(again.gap(1, 1_000)).isNull();
        long next = 1;
        while (next <= 1_000) {
            var read = again.read(next, 1_000, 3_000);
            assertThat(read).isEqualTo(TestEvents.range(next, next + read.size() - 1));
            next += read.size();
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void whatIsThereAlreadyIsPassedOver() throws IOException {
        EventFiles files = open(Retention.DEFAULT);
        files.append(TestEvents.records(1, 10));
        long before = files.bytes();

        files.append(TestEvents.records(3, 10));
        assertThat(files.bytes()).isEqualTo(before);

        files.append(TestEvents.records(8, 12));
        assertThat(files.read(1, 12, MUCH)).isEqualTo(TestEvents.range(1, 12));
    }

    @Test
    void gapsAreKnownAndFilledInAnyOrder() throws IOException {
        EventFiles files = open(Retention.DEFAULT);
        files.append(TestEvents.records(50, 60));
        files.append(TestEvents.records(80, 90));

        assertThat(files.gap(1, 90)).isEqualTo(new Range(1, 49));
        assertThat(files.gap(50, 90)).isEqualTo(new Range(61, 79));
        assertThat(files.gap(85, 100)).isEqualTo(new Range(91, 100));
        assertThat(files.read(55, 90, MUCH)).isEqualTo(TestEvents.range(55, 60));
        assertThat(files.read(70, 90, MUCH)).isEmpty();
        assertThat(files.atOrAbove(61)).isEqualTo(80);

        files.append(TestEvents.records(61, 85));
        files.append(TestEvents.records(1, 50));
        EventFiles again = open(Retention.DEFAULT);

        assertThat(again.gap(1, 90)).isNull();
        assertThat(again.last()).isEqualTo(90);
        assertThat(again.read(50, 85, MUCH)).isNotEmpty();
    }

    @Test
    void damageIsReportedWithFileAndOffsetAndBecomesAGap() throws IOException {
        EventFiles files = open(Retention.DEFAULT);
        files.append(TestEvents.records(1, 100));
        Path file = file();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);

        var read = files.read(1, 100, MUCH);

        assertThat(read).isEqualTo(TestEvents.range(1, read.size())).hasSizeBetween(40, 60);
        assertThat(reports)
                .singleElement()
                .asString()
                .contains(file + " is damaged at offset ", "fetched from another");
        assertThat(files.gap(1, 100)).isEqualTo(new Range(read.size() + 1, 100));
        files.append(TestEvents.records(read.size() + 1, 100));
        assertThat(open(Retention.DEFAULT).read(1, 100, MUCH)).isEqualTo(TestEvents.range(1, 100));
    }

    @Test
    void aTornTailIsCutAtTheStart() throws IOException {
        open(Retention.DEFAULT).append(TestEvents.records(1, 100));
        Path file = file();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 3));

        EventFiles files = open(Retention.DEFAULT);

        assertThat(files.last()).isEqualTo(99);
        assertThat(reports).singleElement().asString().contains(file.toString(), "event 100 is cut off");
        files.append(TestEvents.records(100, 100));
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void aFileWithoutAGoodHeaderIsDropped() throws IOException {
        open(Retention.DEFAULT).append(TestEvents.records(1, 10));
        Files.write(file(), new byte[10]);

        assertThat(open(Retention.DEFAULT).first()).isZero();
        assertThat(reports).singleElement().asString().contains("damaged at offset 0");
    }

    @Test
    void wholeFilesGoWhenTheyAreBeyondTheCount() throws IOException {
        EventFiles files = open(new Retention(Duration.ofDays(30), 1_000, 1 << 20));
        files.append(TestEvents.records(1, 10_000));

        files.retain(10_000_000);

        assertThat(files.last()).isEqualTo(10_000);
        assertThat(files.first()).isBetween(7_000L, 9_001L);
        assertThat(open(Retention.DEFAULT).first()).isEqualTo(files.first());
    }

    @Test
    void wholeFilesGoWhenTheyAreTooOld() throws IOException {
        EventFiles files = open(new Retention(Duration.ofSeconds(1_000), 1_000_000, 1 << 20));
        files.append(TestEvents.records(1, 10_000));

        files.retain(10_000_000);

        assertThat(files.first()).isBetween(7_000L, 9_000L);
    }

    @Test
    void wholeFilesGoWhenAllAreTooLarge() throws IOException {
        EventFiles files = open(new Retention(Duration.ofDays(30), 1_000_000, 100_000));
        files.append(TestEvents.records(1, 10_000));
        assertThat(files.bytes()).isGreaterThan(200_000);

        files.retain(10_000_000);

        assertThat(files.bytes()).isBetween(50_000L, 100_000L);
        assertThat(files.last()).isEqualTo(10_000);
    }

    @Test
    void filesOfAnotherEpochAreDeleted() throws IOException {
        open(Retention.DEFAULT).append(TestEvents.records(1, 10));

        EventFiles other = EventFiles.open(folder, new Epoch("cluster-a", 8, 2), Retention.DEFAULT, reports::add);

        assertThat(other.first()).isZero();
        assertThat(open(Retention.DEFAULT).first()).isZero();
    }

    private EventFiles open(Retention retention) throws IOException {
        return EventFiles.open(folder, EPOCH, retention, reports::add);
    }

    private Path file() throws IOException {
        try (var files = Files.list(folder.resolve(EPOCH.folderName()))) {
            return files.findFirst().orElseThrow();
        }
    }
}
