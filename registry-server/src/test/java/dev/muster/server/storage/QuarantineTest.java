// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuarantineTest {
    @TempDir
    Path tmp;

    private Path root = Path.of("");

    @Test
    void markedFolderIsSetAsideAndTheNodeBeginsWithAnEmptyOne() throws IOException {
        String before = usedAndMarked("a");
        Files.createDirectories(root.resolve("lost+found"));
        Files.createDirectories(root.resolve("snapshots.tmp1"));

        try (DataFolder folder = open(2)) {
            assertThat(folder.identity().storageId()).isNotEqualTo(before);
            assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.FORMATTED);
            assertThat(folder.setAside()).contains("state differs").contains(kept().toString());
            assertThat(folder.cleanlyClosed()).isFalse();
            assertThat(folder.snapshots()).isEmptyDirectory();
            assertThat(folder.snapshotsMovedAside()).isEmpty();
            assertThat(root.resolve("lost+found")).as("is not the node's").isEmptyDirectory();
        }
        assertThat(kept().resolve("identity")).content().contains(before);
        try (DataFolder folder = open(3)) {
            assertThat(folder.setAside()).isEmpty();
        }
    }

    @Test
    void markIsNoHindranceToTheRunningNodeAndMayBeSetTwice() {
        root = tmp.resolve("twice");
        try (DataFolder folder = open(1)) {
            folder.quarantine("first");
            folder.quarantine("second");
            folder.advance("cluster", Identity.Phase.MEMBER, List.of());
        }
        try (DataFolder folder = open(2)) {
            assertThat(folder.setAside()).endsWith(": second");
        }
    }

    @Test
    void moveThatBrokeOffAnywhereIsFinishedByTheNextStart() throws IOException {
        int all = 1 << Quarantine.CONTENT.size();
        for (int moved = 0; moved < all; moved++) {
            String before = usedAndMarked("moved-" + moved);
            if (moved % 3 != 0) {
                put(kept().resolve("snapshots").resolve(moved % 3 == 1 ? "older" : "half deleted"));
            }
            for (int i = 0; i < Quarantine.CONTENT.size(); i++) {
                if ((moved >> i & 1) == 1) {
                    String name = Quarantine.CONTENT.get(i);
                    Files.move(root.resolve(name), root.resolve("quarantine").resolve(name));
                }
            }

            try (DataFolder folder = open(2)) {
                assertThat(folder.identity().storageId()).isNotEqualTo(before);
                assertThat(folder.setAside()).contains("state differs");
                assertThat(folder.raft()).doesNotExist();
                assertThat(folder.events()).doesNotExist();
                assertThat(folder.durableMark()).doesNotExist();
                assertThat(folder.backupId()).isEmpty();
            }
            assertThat(root.resolve("quarantine")).doesNotExist();
            assertThat(kept())
                    .isDirectoryRecursivelyContaining("glob:**/raft/content")
                    .isDirectoryRecursivelyContaining("glob:**/snapshots/content")
                    .isDirectoryNotContaining("glob:**/older");
            assertThat(kept().resolve("snapshots")).isDirectoryNotContaining("glob:**/{older,half deleted}");
            assertThat(kept().resolve("identity")).content().contains(before);
        }
    }

    @Test
    void processThatDiedBetweenTheMoveAndTheNewIdentityLeavesAnEmptyFolder() throws IOException {
        usedAndMarked("a");
        new Quarantine(root).setAside();

        try (DataFolder folder = open(2)) {
            assertThat(folder.identity().phase()).isEqualTo(Identity.Phase.FORMATTED);
        }
    }

    @Test
    void markWithoutAReasonCounts() throws IOException {
        String before = usedAndMarked("a");
        Files.delete(root.resolve("quarantine").resolve("why"));

        try (DataFolder folder = open(2)) {
            assertThat(folder.identity().storageId()).isNotEqualTo(before);
            assertThat(folder.setAside()).isNotEmpty();
        }
    }

    @Test
    void halfMovedFolderIsNothingToRecoverFrom() throws IOException {
        usedAndMarked("a");
        String first = Quarantine.CONTENT.get(0);
        Files.move(root.resolve(first), root.resolve("quarantine").resolve(first));

        assertThatThrownBy(() -> DataFolder.openToRead(root).close())
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.UNUSABLE));
    }

    @Test
    void folderOfAnotherNodeIsNotSetAside() throws IOException {
        usedAndMarked("a");

        assertThatThrownBy(() -> DataFolder.open(root, "n2", "c", new Random(2)).close())
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.FOREIGN));
        assertThat(root.resolve("identity")).exists();
    }

    private Path kept() {
        return root.resolve("quarantined");
    }

    private DataFolder open(int seed) {
        return DataFolder.open(root, "n1", "c", new Random(seed));
    }

    /** A folder with all that a node may have in it; returns its storage id. */
    private String usedAndMarked(String name) throws IOException {
        root = tmp.resolve(name);
        try (DataFolder folder = open(1)) {
            folder.advance("cluster", Identity.Phase.MEMBER, List.of());
            put(folder.raft().resolve("content"));
            put(folder.snapshots().resolve("content"));
            put(folder.events().resolve("content"));
            put(folder.durableMark());
            put(folder.backup());
            put(folder.probe());
            put(folder.members());
            put(folder.votes());
            folder.markClean();
            folder.quarantine("state differs");
            return folder.identity().storageId();
        }
    }

    private static void put(Path file) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, "content");
    }
}
