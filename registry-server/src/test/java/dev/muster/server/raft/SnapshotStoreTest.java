// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.core.Limits;
import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotStoreTest {
    @TempDir
    private Path root;

    @Test
    void aDamagedSnapshotIsSetAsideAndTheOneBeforeItIsTaken() throws IOException {
        try (DataFolder folder = open()) {
            write(folder, 3, Limits.FEATURE_LEVEL);
            Path newest = write(folder, 7, Limits.FEATURE_LEVEL);
            byte[] bytes = Files.readAllBytes(newest);
            bytes[bytes.length / 2] ^= 1;
            Files.write(newest, bytes);

            SnapshotStore store = new SnapshotStore(folder);
            assertThat(store.load()).isNotNull();
            assertThat(store.latestIndex()).isEqualTo(3);
            assertThat(newest.resolveSibling("snapshot.1_7.damaged")).exists();
        }
    }

    @Test
    void aSnapshotOfANewerReleaseIsRefusedAndKept() throws IOException {
        try (DataFolder folder = open()) {
            Path newer = write(folder, 7, Limits.FEATURE_LEVEL + 1);

            assertThatThrownBy(() -> new SnapshotStore(folder).load())
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.NEWER))
                    .hasMessageContaining("install the version that wrote it");
            assertThat(newer).exists();
        }
    }

    @Test
    void twoAreKeptAndNothingOfThoseBefore() throws IOException {
        try (DataFolder folder = open()) {
            Path installed = write(folder, 7, Limits.FEATURE_LEVEL);
            Files.write(installed.resolveSibling(installed.getFileName() + ".md5"), new byte[] {1});
            SnapshotStore store = new SnapshotStore(folder);
            store.load();
            for (long index : new long[] {8, 9}) {
                TermIndex position = TermIndex.valueOf(1, index);
                assertThat(store.oldestIndex()).isEqualTo(7);
                Path draft = store.draft(position);
                Files.createDirectories(folder.tmp());
                Files.move(write(folder, index, Limits.FEATURE_LEVEL), draft);
                assertThat(store.publish(draft, position)).isTrue();
            }

            assertThat(store.oldestIndex()).isEqualTo(8);
            assertThat(folder.snapshots())
                    .isDirectoryContaining("glob:**/snapshot.1_8")
                    .isDirectoryContaining("glob:**/snapshot.1_9")
                    .isDirectoryNotContaining("glob:**/snapshot.1_7*");
        }
    }

    @Test
    void whatWasMovedAsideForAnInstalledSnapshotThatNeverCameIsPutBack() throws IOException {
        try (DataFolder folder = open()) {
            write(folder, 3, Limits.FEATURE_LEVEL);
            moveAside(folder, "1");
            write(folder, 7, Limits.FEATURE_LEVEL);
            moveAside(folder, "2");

            SnapshotStore store = new SnapshotStore(folder);
            assertThat(store.oldestIndex()).isEqualTo(3);
            assertThat(store.load()).isNotNull();
            assertThat(store.latestIndex()).isEqualTo(7);
            assertThat(folder.snapshots()).isDirectoryContaining("glob:**/snapshot.1_7");
            assertThat(folder.snapshotsMovedAside()).isEmpty();
        }
    }

    @Test
    void whatWasMovedAsideForAnInstalledSnapshotIsDeletedWhenThatReadsBackWhole() throws IOException {
        try (DataFolder folder = open()) {
            write(folder, 3, Limits.FEATURE_LEVEL);
            moveAside(folder, "1");
            Path installed = write(folder, 7, Limits.FEATURE_LEVEL);
            byte[] whole = Files.readAllBytes(installed);
            Files.write(installed, new byte[] {1});

            SnapshotStore store = new SnapshotStore(folder);
            store.load();
            assertThat(store.latestIndex()).isEqualTo(3);

            moveAside(folder, "1");
            Files.write(Files.createDirectories(folder.snapshots()).resolve("snapshot.1_7"), whole);
            store.load();
            assertThat(store.latestIndex()).isEqualTo(7);
            assertThat(folder.snapshotsMovedAside()).isEmpty();
        }
    }

    private static void moveAside(DataFolder folder, String when) throws IOException {
        Files.move(folder.snapshots(), folder.snapshots().resolveSibling("snapshots.tmp" + when));
        Files.createDirectories(folder.snapshots());
    }

    private DataFolder open() {
        return DataFolder.open(root.resolve("data"), "n1", "test", new Random(1));
    }

    private static Path write(DataFolder folder, long index, int featureLevel) throws IOException {
        Path file = Files.createDirectories(folder.snapshots()).resolve("snapshot.1_" + index);
        RegistryState state =
                RegistryState.empty().toBuilder().featureLevel(featureLevel).build();
        try (OutputStream out = Files.newOutputStream(file)) {
            SnapshotCodec.write(state, new SnapshotCodec.Position("registry", 1, index), out);
        }
        return file;
    }
}
