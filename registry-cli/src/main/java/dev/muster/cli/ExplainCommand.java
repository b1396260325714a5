// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.Converters.Target;
import dev.muster.cli.output.ExplanationView;
import dev.muster.cli.output.ExplanationView.Line;
import dev.muster.cli.output.Output;
import dev.muster.client.EventQuery;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster explain}: why something is in the lookup, or is not. */
@Command(
        name = "explain",
        header = "Tells why instances are in the lookup or not.",
        description = {
            "For each instance of the service, listed or gone, what decided it and when.",
            "What is gone is known as far back as the nodes keep events."
        })
final class ExplainCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(paramLabel = "SERVICE[/ID]", description = "The service, or one instance of it.")
    private Target target = new Target("", "");

    ExplainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return context.withClient(this::show).number();
    }

    private ExitCode show(MusterClient client) {
        String namespace = context.settings().namespaceOrDefault();
        LookupResult lookup =
                client.lookup(LookupQuery.of(target.service()).id(target.id()).withNotServing());
        EventQuery query =
                EventQuery.all().namespace(namespace).service(target.service()).id(target.id());
        List<Line> lines = new Explanation(client.events(), query, lookup).lines();
        Output output = context.output();
        output.list(
                ExplanationView.COLUMNS,
                lines,
                () -> ExplanationView.document(namespace, target.service(), lookup.position(), lines));
        if (lines.isEmpty()) {
            output.talk("no instance of " + namespace + "/" + target.service()
                    + " was ever registered, as far back as events are kept");
        }
        return ExitCode.OK;
    }
}
