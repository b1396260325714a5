// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StopSignalTest {
    @Test
    void commandThatWaitsForTheSignalCleansUpAndEndsWithItsOwnCode() throws IOException, InterruptedException {
        Process process = start("waits");
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isEqualTo("ready");
        process.toHandle().destroy();
        assertThat(lines.readLine()).isEqualTo("cleaned up");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void anyOtherCommandIsEndedByTheSignalAtOnce() throws IOException, InterruptedException {
        Process process = start("works");
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isEqualTo("ready");
        process.toHandle().destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
    }

    @Test
    void failureOfTheAwaitedEventIsThrown() {
        StopSignal stop = new StopSignal();
        CompletableFuture<Void> event = CompletableFuture.failedFuture(new IllegalStateException("broken"));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> stop.await(event, Duration.ofSeconds(1))))
                .hasMessage("broken");
    }

    private static Process start(String how) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sleeper.class.getName(),
                        how)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** A command in a process of its own. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) {
            StopSignal stop = new StopSignal();
            stop.install();
            CompletableFuture<Void> never = new CompletableFuture<>();
            if (arguments[0].equals("works")) {
                System.out.println("ready");
                never.join();
            }
            stop.await(never, Duration.ZERO);
            System.out.println("ready");
            stop.await(never, Duration.ofMinutes(1));
            System.out.println("cleaned up");
            stop.ended(0);
            System.exit(0);
        }
    }
}
