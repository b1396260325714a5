// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class DiskProbeTest {
    @TempDir
    private Path folder;

    private boolean asked;
    private long now;
    private long took;

    @Test
    void writesAFewBytesAgainAndAgain() throws IOException {
        DiskProbe probe = new DiskProbe(folder.resolve("probe"), System::nanoTime);
        probe.run();
        probe.run();
        assertThat(Files.size(folder.resolve("probe"))).isEqualTo(Long.BYTES);
        new DiskProbe(folder.resolve("probe"), System::nanoTime).run();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void diskThatTakesNothingIsTold() {
        DiskProbe probe = new DiskProbe(Path.of("/dev/full"), System::nanoTime);
        assertThatThrownBy(probe::run).isInstanceOf(UncheckedIOException.class).hasMessageContaining("No space left");
    }

    @Test
    void isAsSlowAsTheFastestOfTheLastFive() {
        DiskProbe probe = new DiskProbe(folder.resolve("probe"), this::clock);
        for (long millis : new long[] {400, 300, 0, 500}) {
            took = millis;
            probe.run();
        }
        assertThat(probe.millis()).as("too few tries").isZero();
        probe.run();
        assertThat(probe.millis()).isEqualTo(1);
        for (int i = 0; i < DiskProbe.TRIES; i++) {
            took = 300L + i;
            probe.run();
        }
        assertThat(probe.millis()).isEqualTo(300);
    }

    /** Asked before and after. */
    private long clock() {
        asked = !asked;
        now += asked ? 0 : TimeUnit.MILLISECONDS.toNanos(took);
        return now;
    }
}
