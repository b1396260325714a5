// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.muster.keeper.archive.IncidentArchive.Draft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncidentArchiveTest {
    private static final ArchiveBounds BOUNDS = new ArchiveBounds(3, 1 << 20, Duration.ofDays(1), 0);

    @TempDir
    Path temporary;

    private Instant now = Instant.parse("2026-03-01T02:05:07.123Z");

    @Test
    void completedIncidentIsListedAndFound() throws IOException {
        IncidentArchive archive = open(BOUNDS);
        Draft draft = archive.begin("orders_eu", "4711");
        write(draft.folder(), "bundle.json", 10);
        assertThat(archive.list()).isEmpty();
        Incident incident = draft.complete();
        assertThat(incident.folder()).hasFileName("20260301T020507123Z_orders_eu_4711");
        assertThat(archive.list()).containsExactly(incident);
        assertThat(archive.open("4711")).contains(incident);
        assertThat(archive.open("4712")).isEmpty();
        assertThat(incident).isEqualTo(new Incident(now, "orders_eu", "4711", incident.folder(), 10));
    }

    @Test
    void foldersAreTheirOwnersAlone() throws IOException {
        Path root = Files.createDirectory(root());
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        IncidentArchive archive = open(BOUNDS);
        assertThat(permissions(root)).isEqualTo("rwx------");
        assertThat(permissions(archive.begin("orders", "1").folder())).isEqualTo("rwx------");
    }

    @Test
    void oldestGoesWhenThereAreTooMany() throws IOException {
        IncidentArchive archive = open(BOUNDS);
        for (int i = 1; i <= 5; i++) {
            add(archive, i, 10);
        }
        assertThat(archive.list()).extracting(Incident::id).containsExactly("5", "4", "3");
    }

    @Test
    void oldestGoWhenAllAreTooLargeButNeverTheNewest() throws IOException {
        IncidentArchive archive = open(BOUNDS);
        add(archive, 1, 400 << 10);
        add(archive, 2, 400 << 10);
        add(archive, 3, 400 << 10);
        assertThat(archive.list()).extracting(Incident::id).containsExactly("3", "2");
        add(archive, 4, 2 << 20);
        assertThat(archive.list()).extracting(Incident::id).containsExactly("4");
    }

    @Test
    void oldIncidentsGoButNeverTheNewest() throws IOException {
        IncidentArchive archive = open(BOUNDS);
        add(archive, 1, 10);
        add(archive, 2, 10);
        now = now.plus(Duration.ofDays(2));
        assertThat(open(BOUNDS).list()).extracting(Incident::id).containsExactly("2");
        add(archive, 3, 10);
        assertThat(archive.list()).extracting(Incident::id).containsExactly("3");
    }

    @Test
    void unfinishedIncidentIsKeptAsFarAsItIsDescribed() throws IOException {
        IncidentArchive first = open(BOUNDS);
        Draft described = first.begin("orders", "1");
        write(described.folder(), "bundle.json", 10);
        write(described.folder(), "threads.txt", 20);
        write(described.folder(), "heap.hprof.gz.part", 1000);
        now = now.plusSeconds(1);
        write(first.begin("orders", "2").folder(), "threads.txt.part", 20);
        IncidentArchive second = open(BOUNDS);
        assertThat(second.list()).extracting(Incident::id, Incident::bytes).containsExactly(tuple("1", 30L));
        assertThat(second.interrupted()).isEqualTo(second.list());
        try (var files = Files.list(root())) {
            assertThat(files).hasSize(1);
        }
        assertThat(open(BOUNDS).interrupted()).isEmpty();
    }

    @Test
    void whatElseLiesInTheFolderIsLeftAloneAndLinksAreNotFollowed() throws IOException {
        IncidentArchive archive = open(BOUNDS);
        Path foreign = Files.createDirectory(root().resolve("notes.part"));
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Path kept = write(outside, "kept", 10);
        Files.createSymbolicLink(root().resolve("20260301T020507123Z_orders_9"), outside);
        Draft draft = archive.begin("orders", "1");
        Files.createSymbolicLink(draft.folder().resolve("link"), outside);
        draft.complete();
        for (int i = 2; i <= 5; i++) {
            add(archive, i, 10);
        }
        assertThat(open(BOUNDS).list()).extracting(Incident::id).containsExactly("5", "4", "3");
        assertThat(foreign).isDirectory();
        assertThat(kept).exists();
    }

    @Test
    void roomIsRefusedByTheBoundOfTheArchiveAndByTheDisk() {
        assertThat(open(BOUNDS).refusal(1 << 20)).isEmpty();
        assertThat(open(BOUNDS).refusal((1 << 20) + 1))
                .hasValueSatisfying(text -> assertThat(text).contains("1048577").contains("1048576"));
        ArchiveBounds greedy = new ArchiveBounds(3, 1 << 20, Duration.ofDays(1), Long.MAX_VALUE / 2);
        assertThat(open(greedy).refusal(1))
                .hasValueSatisfying(text -> assertThat(text).contains("stay free"));
    }

    @Test
    void namesThatLeadOutOfTheFolderAreRefusedInWords() {
        IncidentArchive archive = open(BOUNDS);
        for (String unit : new String[] {"", "..", "../x", "a/b", "A", "a\nb", "a b", "a".repeat(129)}) {
            assertThatThrownBy(() -> archive.begin(unit, "1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("unit: ")
                    .hasMessageContaining("(expected: lower-case letters");
        }
        assertThatThrownBy(() -> archive.begin("orders", "../1")).hasMessageStartingWith("id: '../1'");
    }

    @Test
    void linkInPlaceOfTheFolderIsRefused() throws IOException {
        Files.createSymbolicLink(root(), Files.createDirectory(temporary.resolve("elsewhere")));
        assertThatThrownBy(() -> open(BOUNDS))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("is a link");
    }

    @Test
    void boundsOutOfRangeAreRefusedInWords() {
        assertThatThrownBy(() -> new ArchiveBounds(0, 1 << 20, Duration.ofDays(1), 0))
                .hasMessage("max_count: 0 (expected: at least 1)");
    }

    private IncidentArchive open(ArchiveBounds bounds) {
        return IncidentArchive.open(root(), bounds, () -> now);
    }

    private void add(IncidentArchive archive, int id, int bytes) throws IOException {
        now = now.plusSeconds(1);
        Draft draft = archive.begin("orders", Integer.toString(id));
        write(draft.folder(), "bundle.json", bytes);
        draft.complete();
    }

    private Path root() {
        return temporary.resolve("archive");
    }

    private static Path write(Path folder, String file, int bytes) throws IOException {
        return Files.write(folder.resolve(file), new byte[bytes]);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
