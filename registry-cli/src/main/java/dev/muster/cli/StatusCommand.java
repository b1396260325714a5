// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.BackupLag;
import dev.muster.cli.output.Output;
import dev.muster.cli.output.StatusView;
import dev.muster.client.MusterClient;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code muster status}: how the nodes stand. Works with some nodes down and without a quorum. */
@Command(
        name = "status",
        header = "Shows how each node stands.",
        description = {
            "Asks every endpoint by itself, so it works while nodes are down and without a leader.",
            "Ends with 0 when all of them answer and serve and a leader is known, else with 5;",
            "with 2 when none can be reached."
        })
final class StatusCommand implements Callable<Integer> {
    private final Context context;

    StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return context.withClient(this::show).number();
    }

    private ExitCode show(MusterClient client) {
        List<NodeAnswer<NodeStatus>> nodes = client.cluster().status();
        List<String> problems = Health.problems(nodes);
        List<BackupLag> backups = Reach.isNobodyThere(nodes) ? List.of() : BackupEntry.lags(client, nodes);
        Output output = context.output();
        output.list(StatusView.COLUMNS, nodes, () -> StatusView.document(nodes, problems, backups));
        if (Reach.isNobodyThere(nodes)) {
            throw Reach.nobodyThere(context.settings(), null);
        }
        backups.forEach(backup -> output.talk(backup.sentence()));
        problems.forEach(problem -> output.talk("not healthy: " + problem));
        return problems.isEmpty() ? ExitCode.OK : ExitCode.NOT_HEALTHY;
    }
}
