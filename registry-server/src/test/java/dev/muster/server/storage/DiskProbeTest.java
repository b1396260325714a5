// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class DiskProbeTest {
    @TempDir
    private Path folder;

    @Test
    void writesAFewBytesAgainAndAgain() throws IOException {
        DiskProbe probe = new DiskProbe(folder.resolve("probe"));
        probe.run();
        probe.run();
        assertThat(Files.size(folder.resolve("probe"))).isEqualTo(Long.BYTES);
        new DiskProbe(folder.resolve("probe")).run();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void diskThatTakesNothingIsTold() {
        DiskProbe probe = new DiskProbe(Path.of("/dev/full"));
        assertThatThrownBy(probe::run).isInstanceOf(UncheckedIOException.class).hasMessageContaining("No space left");
    }
}
