// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.core.Limits;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.SnapshotCodec;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.Genesis;
import dev.muster.internal.v1.Stamp;
import dev.muster.internal.v1.TermStarted;
import dev.muster.server.storage.DataFolder;
import dev.muster.server.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlantedBackupTest {
    @TempDir
    Path root;

    private final RegistryState backedUp = Registry.apply(
                    RegistryState.empty(),
                    Command.newBuilder()
                            .setStamp(
                                    Stamp.newBuilder().setTerm(9).setNode("n1").setTimeMillis(1))
                            .setTermStarted(TermStarted.newBuilder()
                                    .setNode("n1")
                                    .setGenesis(Genesis.newBuilder()
                                            .setClusterId("old")
                                            .setEpochId(7)
                                            .setEpochOrdinal(1)
                                            .setFeatureLevel(Limits.FEATURE_LEVEL)
                                            .setSettings(Limits.defaultSettings())))
                            .build())
            .state();

    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.open(root.resolve("n1"), "n1", "test", new Random(1));
    }

    @AfterEach
    void close() {
        folder.close();
    }

    @Test
    void aBackupBecomesTheFirstSnapshotOfTheNewLog() throws IOException {
        write(folder.backup());

        PlantedBackup.plant(folder);
        PlantedBackup.plant(folder);

        Applied first = new SnapshotStore(folder).load();
        assertThat(first).isNotNull();
        assertThat(first.position()).isEqualTo(PlantedBackup.POSITION);
        assertThat(first.state().contentHash()).isEqualTo(backedUp.contentHash());
        assertThat(folder.backup()).doesNotExist();
    }

    @Test
    void aBackupBesideALogIsRefused() throws IOException {
        write(folder.backup());
        Files.createDirectories(folder.raft());

        assertThatThrownBy(() -> PlantedBackup.plant(folder))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("has a log and a backup to begin with");

        assertThat(new SnapshotStore(folder).load()).isNull();
    }

    @Test
    void aDamagedBackupIsRefusedByName() throws IOException {
        write(folder.backup());
        byte[] bytes = Files.readAllBytes(folder.backup());
        bytes[bytes.length / 2] ^= 1;
        Files.write(folder.backup(), bytes);

        assertThatThrownBy(() -> PlantedBackup.plant(folder))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(folder.backup().toString())
                .hasMessageContaining("offset");

        assertThat(new SnapshotStore(folder).load()).isNull();
    }

    private void write(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            SnapshotCodec.write(backedUp, new SnapshotCodec.Position(RaftReplica.GROUP, 9, 41), out);
        }
    }
}
