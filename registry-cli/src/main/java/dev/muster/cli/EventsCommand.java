// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.EventView;
import dev.muster.cli.output.Output;
import dev.muster.client.Consistency;
import dev.muster.client.EventQuery;
import dev.muster.client.RegistryEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code muster events}: what happened, and what happens. */
@Command(name = "events", header = "Tells what happened in the registry.")
final class EventsCommand {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Context context;

    EventsCommand(Context context) {
        this.context = context;
    }

    @Command(name = "ls", header = "Lists the newest events, the newest last.")
    int ls(
            @Mixin EventOptions options,
            @Option(
                            names = "--limit",
                            paramLabel = "NUMBER",
                            defaultValue = "100",
                            description = "Not more than the newest so many. Default: 100")
                    int limit,
            @Option(
                            names = "--consistency",
                            paramLabel = "LEVEL",
                            defaultValue = "linearizable",
                            description = "How fresh the answer must be: linearizable, bounded=DURATION, or local:"
                                    + " whatever the asked node has. Default: linearizable")
                    Consistency consistency) {
        if (limit < 1) {
            throw new CliException(ExitCode.INVALID, "--limit: " + limit + " (expected: 1 or more)");
        }
        EventQuery query = options.toQuery(context.settings().namespace())
                .newestFirst(true)
                .consistency(consistency);
        return context.withClient(client -> {
                    List<RegistryEvent> events = new ArrayList<>(
                            client.events().list(query).limit(limit).toList());
                    Collections.reverse(events);
                    Output output = context.output();
                    output.list(EventView.COLUMNS, events, () -> EventView.document(events));
                    if (events.isEmpty()) {
                        output.talk("there are no such events");
                    }
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "tail",
            header = "Prints each event as it happens.",
            description = {
                "Every event once and in order, until Ctrl-C. Goes on by itself when nodes fail.",
                "Begins with what happens from now on, or in the past with --since."
            })
    int tail(
            @Mixin EventOptions options,
            @Option(names = "--count", paramLabel = "NUMBER", description = "Ends after this many events.") @Nullable
                    Long count,
            @Option(names = "--for", paramLabel = "DURATION", description = "Ends after this time.") @Nullable
                    Duration length) {
        if (count != null && count < 1) {
            throw new CliException(ExitCode.INVALID, "--count: " + count + " (expected: 1 or more)");
        }
        EventQuery query = options.toQuery(context.settings().namespace());
        return context.withClient(client -> new EventFollow(context, client.events())
                        .run(query, count == null ? Long.MAX_VALUE : count, length == null ? FOR_EVER : length))
                .number();
    }
}
