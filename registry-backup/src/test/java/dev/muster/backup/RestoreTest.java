// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestoreTest {
    @TempDir
    private Path root;

    private byte[] encoded = {};
    private Path backup = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void save() throws IOException {
        encoded = TestRegistry.withSomeOfAll().encoded();
        backup = Files.write(root.resolve("muster.backup"), encoded);
        data = root.resolve("n1");
    }

    @Test
    void backupIsCopiedIntoANewFolderOfItsOwnerAlone() throws IOException {
        BackupSummary restored = Restore.into(data, backup);

        assertThat(restored.revision()).isEqualTo(6);
        assertThat(restored.narrowKeyspaces()).containsExactly("invoice");
        assertThat(Files.readAllBytes(data.resolve("restore"))).isEqualTo(encoded);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    void folderThatIsNotEmptyIsLeftAsItIs() throws IOException {
        Files.createDirectories(data);
        Files.writeString(data.resolve("identity"), "somebody");

        assertThatThrownBy(() -> Restore.into(data, backup))
                .isInstanceOf(BackupException.class)
                .hasMessageStartingWith(data + ": not empty");

        try (var files = Files.list(data)) {
            assertThat(files).containsExactly(data.resolve("identity"));
        }
    }

    @Test
    void damagedBackupMakesNoFolder() throws IOException {
        encoded[100] ^= 1;
        Files.write(backup, encoded);

        assertThatThrownBy(() -> Restore.into(data, backup))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("at offset");

        assertThat(data).doesNotExist();
    }
}
