// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogRetentionTest {
    @TempDir
    Path current;

    @BeforeEach
    void aLogOfFiveFilesAndOneThatIsWritten() throws IOException {
        // In the order of names, 100 comes before 20.
        segment("log_0-9", 1_000);
        segment("log_10-19", 1_000);
        segment("log_20-99", 1_000);
        segment("log_100-109", 1_000);
        segment("log_110-119", 1_000);
        segment("log_inprogress_120", 1_000);
        segment("raft-meta", 1_000);
    }

    @Test
    void theNewestFilesBelowTheSnapshotAreKeptUntilTheyHaveSoManyBytes() throws IOException {
        assertThat(LogRetention.lastToPurge(current, 119, 2_000)).isEqualTo(99);
        assertThat(LogRetention.lastToPurge(current, 119, 2_001)).isEqualTo(19);
        assertThat(LogRetention.lastToPurge(current, 119, 5_000)).isEqualTo(-1);
    }

    @Test
    void aFileThatReachesAboveTheSnapshotIsNeededAndDoesNotCount() throws IOException {
        assertThat(LogRetention.lastToPurge(current, 115, 1_000)).isEqualTo(99);
        assertThat(LogRetention.lastToPurge(current, 115, 0)).isEqualTo(109);
        assertThat(LogRetention.lastToPurge(current, 5, 0)).isEqualTo(-1);
    }

    private void segment(String name, int bytes) throws IOException {
        Files.write(current.resolve(name), new byte[bytes]);
    }
}
