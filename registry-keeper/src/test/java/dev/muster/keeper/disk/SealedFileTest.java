// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SealedFileTest {
    private static final String TEXT = "{\"pid\": 4711, \"naïve\": true}\n";

    @TempDir
    Path folder;

    @Test
    void whatWasWrittenLastIsReadAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("file");
        assertThat(SealedFile.read(file)).isEmpty();
        SealedFile.replace(file, "before");
        SealedFile.replace(file, TEXT);
        assertThat(SealedFile.read(file)).contains(TEXT);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void everyFlippedBitIsRefused() throws IOException {
        Path file = folder.resolve("file");
        SealedFile.replace(file, TEXT);
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(file, flipped);
        }
    }

    @Test
    void everyCutAndEveryExtensionIsRefused() throws IOException {
        Path file = folder.resolve("file");
        SealedFile.replace(file, TEXT);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            assertRefused(file, Arrays.copyOf(whole, length));
        }
        assertRefused(file, Arrays.copyOf(whole, whole.length + 1));
    }

    private static void assertRefused(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        assertThatExceptionOfType(DamagedFileException.class)
                .isThrownBy(() -> SealedFile.read(file))
                .withMessageContaining(file.toString());
    }
}
