// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiskSpaceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "450, false, true, false, true",
        "449, false, false, false, true",
        "400, false, false, false, true",
        "399, true, false, false, true",
        "200, true, false, false, true",
        "199, true, false, false, false",
        "100, true, false, false, false",
        "99, true, false, true, false",
        "0, true, false, true, false"
    })
    void partsOfTheReserveAreTheBounds(long free, boolean low, boolean ample, boolean exhausted, boolean toStart) {
        DiskSpace.Room room = new DiskSpace(folder, 400, () -> free).look();
        assertThat(room.isLow()).isEqualTo(low);
        assertThat(room.isAmple()).isEqualTo(ample);
        assertThat(room.isExhausted()).isEqualTo(exhausted);
        assertThat(room.sufficesToStart()).isEqualTo(toStart);
    }

    @Test
    void aFolderThatIsNotThereYetIsOnTheDiskOfTheNearestThatIs() {
        Path later = folder.resolve("not").resolve("yet");
        assertThat(DiskSpace.of(later, 1).look().free()).isPositive().isLessThan(Long.MAX_VALUE);
    }

    @Test
    void whatIsLeftIsSaidWithTheKeyThatBoundsIt() {
        assertThat(new DiskSpace(Path.of("/data"), 256L << 20, () -> 100L << 20).look())
                .hasToString("100 MiB are free on the disk of /data (expected: 256 MiB, see disk.reserve)");
    }
}
