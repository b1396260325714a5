// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.output.Console;
import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BackupEntryTest {
    private final FakeMuster muster = new FakeMuster();
    private long nanos;
    private final Context context = new Context(
            new GlobalOptions(),
            Map.of(),
            new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())),
            muster::connect,
            new StopSignal(),
            () -> nanos);
    private final BackupEntry entry = BackupEntry.announce(context, muster, Path.of("/b/../backup"), 5);

    @Test
    void theFolderIsRegisteredWithItsPlaceUntilItFollowsNoMore() {
        FakeRegistration registration = muster.registration.join();
        assertThat(registration.instance().namespace()).isEqualTo("muster");
        assertThat(registration.instance().service()).isEqualTo("backup");
        assertThat(registration.instance().metadata())
                .containsEntry("folder", "/backup")
                .containsEntry("revision", "5")
                .containsKey("host");
        entry.close();
        assertThat(registration.closed).isTrue();
    }

    @Test
    void revisionIsToldEveryTenSecondsAndNotForTheSakeOfTelling() {
        at(9, 100, 0);
        at(10, 100, 0);
        at(30, 101, 0);
        at(40, 102, 0);
        assertThat(told()).containsExactly("100 UP", "102 UP");
    }

    @Test
    void folderThatHasBeenBehindForHalfAMinuteIsDownUntilItHasCaughtUp() {
        at(20, 5, 0);
        at(49, 5, 3);
        assertThat(told()).isEmpty();
        at(50, 5, 3);
        at(51, 6, 2);
        assertThat(told()).containsExactly("5 DOWN");
        at(52, 8, 0);
        assertThat(told()).containsExactly("5 DOWN", "8 UP");
    }

    private void at(int second, long revision, long behind) {
        nanos = Duration.ofSeconds(second).toNanos();
        entry.at(revision, behind);
    }

    private List<String> told() {
        return muster.registration.join().updates.stream()
                .map(BackupEntryTest::text)
                .toList();
    }

    private static String text(InstanceUpdate update) {
        Optional<InstanceStatus> status = update.status();
        return update.metadata().orElseThrow().get("revision") + " " + status.orElseThrow();
    }
}
