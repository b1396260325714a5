// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsThereAfterwardsWithItsNumberAndTime() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            assertThat(journal.append(incident("a")).number()).isEqualTo(1);
            assertThat(journal.append(incident("b")).number()).isEqualTo(2);
        }
        try (Journal journal = Journal.open(folder)) {
            assertThat(texts(journal)).containsExactly("a", "b");
            assertThat(journal.newest(1, each -> true).get(0).atMillis()).isEqualTo(1_234);
            assertThat(journal.append(incident("c")).number()).isEqualTo(3);
            assertThat(journal.newest(2, each -> true))
                    .extracting(Incident::text)
                    .containsExactly("b", "c");
        }
    }

    @Test
    void halfWrittenLastLineIsCutAndTheNextOneCounts() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("a"));
            journal.append(incident("b"));
        }
        Path file = folder.resolve("incidents.log");
        byte[] all = Files.readAllBytes(file);
        int first = new String(all, StandardCharsets.UTF_8).indexOf('\n') + 1;
        for (int length = first; length < all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            try (Journal journal = Journal.open(folder)) {
                assertThat(texts(journal)).containsExactly("a");
                journal.append(incident("c"));
            }
            try (Journal journal = Journal.open(folder)) {
                assertThat(texts(journal)).containsExactly("a", "c");
            }
        }
    }

    @Test
    void changedLineIsNotBelieved() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("truth"));
        }
        Path file = folder.resolve("incidents.log");
        Files.writeString(file, Files.readString(file).replace("truth", "false"));
        try (Journal journal = Journal.open(folder)) {
            assertThat(texts(journal)).isEmpty();
        }
    }

    @Test
    void everyFlippedBitCostsTheIncidentThatItIsInAndWhatComesLaterIsTold() throws IOException {
        Path file = folder.resolve("incidents.log");
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("a"));
            journal.append(incident("b"));
            journal.append(incident("c"));
            journal.sent(3);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            List<String> left;
            try (Journal journal = Journal.open(folder)) {
                left = texts(journal);
                // The end of a line ends two lines.
                assertThat(left)
                        .hasSizeBetween(whole[bit / 8] == '\n' ? 1 : 2, 3)
                        .isSubsetOf("a", "b", "c");
                assertThat(journal.oldestUnsent()).isEmpty();
                journal.append(incident("d"));
            }
            try (Journal journal = Journal.open(folder)) {
                assertThat(texts(journal))
                        .startsWith(left.toArray(String[]::new))
                        .endsWith("d");
                assertThat(journal.oldestUnsent())
                        .get()
                        .extracting(Incident::text)
                        .isEqualTo("d");
            }
        }
    }

    @Test
    void everyFlippedBitOfWhatTheRegistryHasLeavesNothingUntold() throws IOException {
        Path file = folder.resolve("incidents.sent");
        try (Journal journal = Journal.open(folder)) {
            for (int i = 1; i <= 20; i++) {
                journal.append(incident("text " + i));
            }
            journal.sent(12);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            try (Journal journal = Journal.open(folder)) {
                assertThat(journal.oldestUnsent())
                        .get()
                        .extracting(Incident::text)
                        .isEqualTo("text 1");
            }
        }
    }

    @Test
    void fullJournalWhoseFirstLineIsDamagedBeginsANewFile() throws IOException {
        try (Journal journal = Journal.open(folder, 2_000)) {
            while (!Files.exists(folder.resolve("incidents.old"))) {
                journal.append(incident("text"));
            }
        }
        Path file = folder.resolve("incidents.log");
        Files.writeString(file, Files.readString(file).replace("text", "lost"));
        try (Journal journal = Journal.open(folder, 2_000)) {
            for (int i = 1; i <= 100; i++) {
                journal.append(incident("text " + i));
                try (Journal again = Journal.open(folder, 2_000)) {
                    assertThat(texts(again)).isEqualTo(texts(journal)).endsWith("text " + i);
                }
            }
        }
    }

    @Test
    void whatTheRegistryHasIsRemembered() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("a"));
            journal.append(incident("b"));
            assertThat(journal.oldestUnsent()).get().extracting(Incident::text).isEqualTo("a");
            journal.sent(1);
        }
        try (Journal journal = Journal.open(folder)) {
            assertThat(journal.oldestUnsent()).get().extracting(Incident::text).isEqualTo("b");
            journal.sent(2);
            assertThat(journal.oldestUnsent()).isEmpty();
        }
    }

    @Test
    void damagedNoteOfWhatTheRegistryHasMeansNothing() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("a"));
            journal.sent(1);
        }
        Files.writeString(folder.resolve("incidents.sent"), "");
        try (Journal journal = Journal.open(folder)) {
            assertThat(journal.oldestUnsent()).get().extracting(Incident::text).isEqualTo("a");
        }
    }

    @Test
    void journalIsBoundedAndKeepsTheNewest() throws IOException {
        try (Journal journal = Journal.open(folder, 2_000)) {
            for (int i = 1; i <= 100; i++) {
                journal.append(incident("text " + i));
            }
        }
        try (Journal journal = Journal.open(folder, 2_000)) {
            List<String> texts = texts(journal);
            assertThat(texts).hasSizeBetween(8, 40);
            assertThat(texts.get(texts.size() - 1)).isEqualTo("text 100");
            assertThat(Files.size(folder.resolve("incidents.log"))).isLessThanOrEqualTo(2_000);
            assertThat(Files.size(folder.resolve("incidents.old"))).isLessThanOrEqualTo(2_000);
        }
    }

    @Test
    void journalsHaveDifferentNamesAndKeepThem() throws IOException {
        try (Journal journal = Journal.open(folder);
                Journal other = Journal.open(Files.createDirectory(folder.resolve("other")))) {
            assertThat(journal.name()).isNotEqualTo(other.name());
            try (Journal again = Journal.open(folder)) {
                assertThat(again.name()).isEqualTo(journal.name());
            }
            Files.writeString(folder.resolve("journal-name"), "damaged");
            try (Journal again = Journal.open(folder)) {
                assertThat(again.name()).isNotEqualTo(journal.name()).isNotEqualTo("damaged");
            }
        }
    }

    @Test
    void rubbishBehindTheEndIsCut() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.append(incident("a"));
        }
        Files.writeString(folder.resolve("incidents.log"), "\n\nrubbish\n", StandardOpenOption.APPEND);
        try (Journal journal = Journal.open(folder)) {
            assertThat(texts(journal)).containsExactly("a");
        }
    }

    private static List<String> texts(Journal journal) {
        return journal.newest(1_000, each -> true).stream().map(Incident::text).toList();
    }

    private static Incident incident(String text) {
        return new Incident(0, "orders-1.2", 1_234, "GAVE_UP", "orders-1", null, null, null, text);
    }
}
