// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Output;
import dev.muster.cli.output.SnapshotView;
import dev.muster.cli.output.SnapshotView.Row;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.MusterClient;
import dev.muster.client.MusterException;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import dev.muster.client.TakenSnapshot;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster snapshot}: what the nodes keep on disk beside their logs. */
@Command(name = "snapshot", header = "Orders snapshots of the state.")
final class SnapshotCommand {
    private final Context context;

    SnapshotCommand(Context context) {
        this.context = context;
    }

    @Command(
            name = "take",
            header = "Makes nodes write a snapshot now.",
            description = {
                "Takes the nodes one after the other. A snapshot that is shown is durable and was read back.",
                "Ends with 5 when some nodes could not take theirs."
            })
    int take(
            @Option(
                            names = "--node",
                            paramLabel = "NAME|HOST:PORT",
                            defaultValue = "",
                            description = "Only this one of the nodes at the endpoints. Default: all of them.")
                    String node) {
        return context.withClient(client -> take(client, node)).number();
    }

    private ExitCode take(MusterClient client, String wanted) {
        List<NodeAnswer<NodeStatus>> nodes = client.cluster().status();
        if (Reach.isNobodyThere(nodes)) {
            throw Reach.nobodyThere(context.settings(), null);
        }
        Output output = context.output();
        List<Row> rows = chosen(nodes, wanted).stream()
                .map(node -> new Row(name(node), take(client.cluster(), node, output)))
                .toList();
        output.list(SnapshotView.COLUMNS, rows, () -> SnapshotView.document(rows));
        return exitCode(rows, output);
    }

    private static List<NodeAnswer<NodeStatus>> chosen(List<NodeAnswer<NodeStatus>> nodes, String wanted) {
        List<NodeAnswer<NodeStatus>> chosen = nodes.stream()
                .filter(node -> wanted.isEmpty() || wanted.equals(node.endpoint()) || wanted.equals(name(node)))
                .toList();
        if (chosen.isEmpty()) {
            throw new CliException(
                    ExitCode.INVALID,
                    "--node: " + wanted + " (expected: the name or the address of a node that 'muster status' shows)");
        }
        return chosen;
    }

    private static NodeAnswer<TakenSnapshot> take(ClusterAdmin cluster, NodeAnswer<NodeStatus> node, Output output) {
        Optional<MusterException> silent = node.failure();
        if (silent.isPresent()) {
            return NodeAnswer.failed(node.endpoint(), silent.get());
        }
        output.talk("taking a snapshot of " + name(node) + " (" + node.endpoint() + ")...");
        try {
            return NodeAnswer.of(node.endpoint(), cluster.takeSnapshot(node.endpoint()));
        } catch (MusterException e) {
            return NodeAnswer.failed(node.endpoint(), e);
        }
    }

    private static ExitCode exitCode(List<Row> rows, Output output) {
        List<MusterException> failures = rows.stream()
                .map(row -> row.outcome().failure())
                .flatMap(Optional::stream)
                .toList();
        if (failures.isEmpty()) {
            return ExitCode.OK;
        }
        if (failures.size() == rows.size()) {
            throw failures.get(0);
        }
        output.talk(failures.size() + " of " + rows.size()
                + " nodes took no snapshot: see PROBLEM, and take theirs with --node when they are back");
        return ExitCode.NOT_HEALTHY;
    }

    private static String name(NodeAnswer<NodeStatus> node) {
        return node.answer().map(NodeStatus::node).orElse("");
    }
}
