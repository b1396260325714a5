// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupFileTest {
    @TempDir
    private Path folder;

    private final TestRegistry registry = TestRegistry.withSomeOfAll();
    private byte[] encoded = {};
    private Path file = Path.of("");

    @BeforeEach
    void encode() throws IOException {
        encoded = registry.encoded();
        file = folder.resolve("muster.backup");
    }

    @Test
    void whatWasWrittenIsReadBackAndSummed() throws IOException {
        BackupSummary written = write(encoded);

        assertThat(written).isEqualTo(BackupFile.verify(file));
        assertThat(written.clusterId()).isEqualTo("cluster-a");
        assertThat(written.epochId()).isEqualTo(7);
        assertThat(written.epochOrdinal()).isEqualTo(1);
        assertThat(written.revision()).isEqualTo(6);
        assertThat(written.time().toEpochMilli()).isEqualTo(1_700_000_000_000L);
        assertThat(written.term()).isEqualTo(3);
        assertThat(written.index()).isEqualTo(77);
        assertThat(written.services()).isEqualTo(1);
        assertThat(written.instances()).isEqualTo(2);
        assertThat(written.sessions()).isEqualTo(1);
        assertThat(written.keyspaces()).isEqualTo(1);
        assertThat(written.lastEvent()).isEqualTo(registry.state().events().lastSequence());
        assertThat(written.stateHash()).isEqualTo(registry.state().stateHash());
        assertThat(written.bytes()).isEqualTo(encoded.length);
        assertThat(BackupFile.read(file).state().contentHash())
                .isEqualTo(registry.state().contentHash());
    }

    @Test
    void everyFlippedByteIsRefusedNamingFileAndOffset() throws IOException {
        for (int i = 0; i < encoded.length; i++) {
            byte[] damaged = encoded.clone();
            damaged[i] ^= (byte) 0x10;
            assertRefused(damaged, "byte " + i);
        }
    }

    @Test
    void everyCutIsRefusedNamingFileAndOffset() throws IOException {
        for (int length = 0; length < encoded.length; length++) {
            assertRefused(Arrays.copyOf(encoded, length), "length " + length);
        }
    }

    @Test
    void halfWrittenBackupLeavesTheOneBefore() throws IOException {
        write(encoded);
        try (BackupDraft draft = BackupFile.create(file)) {
            draft.out().write(encoded, 0, encoded.length / 2);
            assertThatThrownBy(draft::commit)
                    .isInstanceOf(BackupException.class)
                    .hasMessageContaining("not a whole backup");
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(encoded);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> BackupFile.verify(file))
                .isInstanceOf(BackupException.class)
                .hasMessage(file + ": there is no such file");
    }

    private BackupSummary write(byte[] bytes) throws IOException {
        try (BackupDraft draft = BackupFile.create(file)) {
            draft.out().write(bytes);
            return draft.commit();
        }
    }

    private void assertRefused(byte[] bytes, String what) throws IOException {
        Files.write(file, bytes);
        assertThatThrownBy(() -> BackupFile.verify(file))
                .as(what)
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(file.toString())
                .hasMessageMatching(".*(at offset \\d+|install the version).*");
    }
}
