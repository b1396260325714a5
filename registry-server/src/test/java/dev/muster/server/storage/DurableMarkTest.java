// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableMarkTest {
    @TempDir
    Path folder;

    @Test
    void newMarkStandsBelowEveryIndex() throws IOException {
        try (DurableMark mark = DurableMark.open(folder.resolve("mark"))) {
            assertThat(mark.index()).isEqualTo(-1);
        }
    }

    @Test
    void markIsReadBackAndNeverFalls() throws IOException {
        Path file = folder.resolve("mark");
        try (DurableMark mark = DurableMark.open(file)) {
            mark.raise(7);
            mark.raise(9);
            mark.raise(8);
            mark.sync();
        }
        try (DurableMark mark = DurableMark.open(file)) {
            assertThat(mark.index()).isEqualTo(9);
        }
    }

    @Test
    void tornWriteLeavesTheMarkBeforeIt() throws IOException {
        Path file = folder.resolve("mark");
        try (DurableMark mark = DurableMark.open(file)) {
            mark.raise(7);
            mark.raise(9);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            try (DurableMark mark = DurableMark.open(file)) {
                assertThat(mark.index()).as("byte %d flipped", i).isIn(7L, 9L);
            }
        }
    }
}
