// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.FailoverView;
import dev.muster.cli.output.FailoverView.Line;
import dev.muster.cli.output.Output;
import dev.muster.client.EventLog;
import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.client.RegistryEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster failovers}: which node led when. */
@Command(
        name = "failovers",
        header = "Lists the changes of the leader, the newest last.",
        description = {
            "For each: who led before; how long the new leader had not heard it (SILENCE), and stood for election"
                    + " (ELECTION), when it began to lead; how long after that the first write of a client came; and how"
                    + " many leases got their full time again."
        })
final class FailoversCommand implements Callable<Integer> {
    /** Looked at for the first write of a term. */
    private static final int MOST_EVENTS = 1_000;

    private final Context context;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            defaultValue = "10",
            description = "Not more than the newest so many, 1 to 1000. Default: 10")
    private int limit;

    FailoversCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > 1_000) {
            throw new CliException(ExitCode.INVALID, "--limit: " + limit + " (expected: 1 to 1000)");
        }
        return context.withClient(this::show).number();
    }

    private ExitCode show(MusterClient client) {
        EventLog log = client.events();
        List<Line> lines = new ArrayList<>(
                log.list(EventQuery.all().types(EventType.LEADER_CHANGED).newestFirst(true))
                        .limit(limit)
                        .map(event -> new Line(event, firstWrite(log, event)))
                        .toList());
        Collections.reverse(lines);
        Output output = context.output();
        output.list(FailoverView.COLUMNS, lines, () -> FailoverView.document(lines));
        if (lines.isEmpty()) {
            output.talk("no change of the leader is kept");
        }
        return ExitCode.OK;
    }

    /** The registry's own events bear the name of a node. */
    private static Optional<RegistryEvent> firstWrite(EventLog log, RegistryEvent led) {
        return log.list(EventQuery.all().fromSequence(led.sequence() + 1))
                .limit(MOST_EVENTS)
                .takeWhile(event -> event.type() != EventType.LEADER_CHANGED)
                .filter(event -> !event.actor().equals(led.actor()) && event.type() != EventType.NODE_REPORT)
                .findFirst();
    }
}
