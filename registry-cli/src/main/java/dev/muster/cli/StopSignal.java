// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The user's wish that a running command ends: Ctrl-C, or a termination signal. A command that runs until then waits
 * here, cleans up and ends with its own exit code; any other command is ended by the signal at once. Safe for use by any
 * number of threads.
 */
final class StopSignal {
    private static final Duration LONGEST_CLEAN_UP = Duration.ofSeconds(15);

    private final CompletableFuture<Void> requested = new CompletableFuture<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile boolean expected;

    /** Listens to the signals that end this process. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "muster-stop"));
    }

    /** Asks the command to end. */
    void request() {
        requested.complete(null);
    }

    /** Says that the command is over, with this exit code. */
    void ended(int exitCode) {
        ended.complete(exitCode);
    }

    /**
     * Waits until the user wants the end, the event has happened, or the time is over; says whether it was one of the
     * first two. From the first call on, the user's signal is the expected end of the command.
     *
     * @throws RuntimeException what the event failed with
     */
    boolean await(CompletableFuture<?> event, Duration atMost) {
        expected = true;
        try {
            CompletableFuture.anyOf(requested, event).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private void onShutdown() {
        boolean endedBefore = ended.isDone();
        request();
        if (!expected || endedBefore) {
            return;
        }
        // By default the virtual machine would report the signal; the command that ended as meant reports itself.
        Runtime.getRuntime()
                .halt(ended.completeOnTimeout(
                                ExitCode.ERROR.number(), LONGEST_CLEAN_UP.toMillis(), TimeUnit.MILLISECONDS)
                        .join());
    }
}
