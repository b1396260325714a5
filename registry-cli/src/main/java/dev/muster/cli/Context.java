// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Console;
import dev.muster.cli.output.Output;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a command works with: its settings, its outputs, the registry, the user's wish to end, and time. Not safe for use
 * by several threads.
 */
final class Context {
    private static final Duration SESSION_TTL = Duration.ofSeconds(10);

    private final GlobalOptions options;
    private final Map<String, String> environment;
    private final Console console;
    private final Connector connector;
    private final StopSignal stop;
    private final LongSupplier nanoTime;

    Context(
            GlobalOptions options,
            Map<String, String> environment,
            Console console,
            Connector connector,
            StopSignal stop,
            LongSupplier nanoTime) {
        this.options = options;
        this.environment = environment;
        this.console = console;
        this.connector = connector;
        this.stop = stop;
        this.nanoTime = nanoTime;
    }

    /** The settings of this call. */
    Settings settings() {
        return options.resolve(environment);
    }

    /** Where the results of this call go. */
    Output output() {
        return new Output(settings().format(), console);
    }

    /** The raw console, for what has no format. */
    Console console() {
        return console;
    }

    /** The user's wish to end. */
    StopSignal stop() {
        return stop;
    }

    /** The moment that far from now. */
    Deadline deadline(Duration length) {
        return Deadline.in(length, nanoTime);
    }

    /** Does the work with a client, which is closed at its end. */
    ExitCode withClient(Function<MusterClient, ExitCode> work) {
        return withClient(SESSION_TTL, work);
    }

    /** Does the work with a client that knows this endpoint alone, and closes it. */
    <T> T clientOf(String endpoint, Function<MusterClient, T> work) {
        Settings settings = settings();
        Settings alone = new Settings(List.of(endpoint), settings.namespace(), settings.format(), settings.timeout());
        try (MusterClient client = connector.connect(alone, SESSION_TTL)) {
            return work.apply(client);
        }
    }

    /** Does the work with a client whose session lives that long after it was last heard. */
    ExitCode withClient(Duration sessionTtl, Function<MusterClient, ExitCode> work) {
        Settings settings = settings();
        try (MusterClient client = connector.connect(settings, sessionTtl)) {
            try {
                return work.apply(client);
            } catch (MusterException e) {
                throw e.reason() == MusterException.Reason.UNAVAILABLE ? Reach.explain(settings, client, e) : e;
            }
        }
    }
}
