// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Shell.Run;
import dev.muster.client.Change;
import dev.muster.client.LookupQuery;
import org.junit.jupiter.api.Test;

final class BenchCommandTest {
    private final Shell shell = new Shell();

    @Test
    void eachWorkIsMeasuredForItsTime() {
        Run run = shell.run("bench", "--time", "20ms", "--in-flight", "3");
        assertThat(run.data().lines().map(line -> line.replaceAll(" .*", "")))
                .containsExactly("WORK", "register", "lookup", "mixed");
        assertThat(run.talk()).contains("register, 3 in flight, for 20ms");
        assertThat(shell.muster.asked).hasSizeGreaterThan(1_000);
    }

    @Test
    void oneWorkIsMeasuredAloneButFindsWhatItLooksFor() {
        Run run = shell.run("bench", "--work", "lookup", "--time", "20ms", "-w", "json");
        assertThat(run.data()).contains("\"work\": \"lookup\"", "\"inFlight\": 64", "\"failed\": 0");
        assertThat(shell.muster.asked.subList(0, 1_000)).allMatch(Change.Register.class::isInstance);
        assertThat(shell.muster.asked.subList(1_000, shell.muster.asked.size()))
                .isNotEmpty()
                .allMatch(LookupQuery.class::isInstance);
    }

    @Test
    void boundsAreNamed() {
        assertThat(shell.run("bench", "--in-flight", "0").talk()).contains("--in-flight: 0 (expected: 1 to 4096)");
        assertThat(shell.run("bench", "--time", "2h").talk()).contains("--time: 2h0m (expected: 10ms to 1h)");
    }
}
