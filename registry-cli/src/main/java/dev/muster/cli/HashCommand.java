// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.HashView;
import dev.muster.cli.output.Output;
import dev.muster.client.ClusterAdmin;
import dev.muster.client.MusterClient;
import dev.muster.client.NodeAnswer;
import dev.muster.client.StateHash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster hash}: whether the nodes hold the same state. */
@Command(
        name = "hash",
        header = "Shows whether the nodes hold the same state.",
        description = {
            "Nodes at the same revision have the same hash. Ends with 5 when two of them have not.",
            "Nodes that do not answer are shown, and left out of the comparison."
        })
final class HashCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Context context;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "0s",
            description = "Waits up to this long until all nodes that answer are at one revision;"
                    + " ends with 5 when they do not get there.")
    private Duration wait = Duration.ZERO;

    HashCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return context.withClient(this::show).number();
    }

    private ExitCode show(MusterClient client) {
        List<NodeAnswer<StateHash>> nodes = settled(client.cluster());
        Agreement agreement = Agreement.of(nodes);
        Output output = context.output();
        output.list(HashView.COLUMNS, nodes, () -> HashView.document(nodes, agreement.word()));
        if (Reach.isNobodyThere(nodes)) {
            throw Reach.nobodyThere(context.settings(), null);
        }
        return judge(agreement, output);
    }

    private List<NodeAnswer<StateHash>> settled(ClusterAdmin cluster) {
        Deadline deadline = context.deadline(wait);
        CompletableFuture<Void> nothing = new CompletableFuture<>();
        while (true) {
            List<NodeAnswer<StateHash>> nodes = cluster.stateHashes();
            if (Agreement.of(nodes) != Agreement.BEHIND || deadline.isOver()) {
                return nodes;
            }
            if (context.stop().await(nothing, deadline.remaining(PAUSE))) {
                return nodes;
            }
        }
    }

    private ExitCode judge(Agreement agreement, Output output) {
        return switch (agreement) {
            case EQUAL -> ExitCode.OK;
            case BEHIND -> {
                output.talk("not all nodes are at one revision: "
                        + (wait.isZero() ? "wait for them with --wait 10s" : "see with 'muster status' who is behind"));
                yield wait.isZero() ? ExitCode.OK : ExitCode.NOT_HEALTHY;
            }
            case DIFFERENT -> {
                output.talk("nodes differ at the same revision: stop the one that differs from the majority and keep"
                        + " its data directory for a report");
                yield ExitCode.NOT_HEALTHY;
            }
            case UNKNOWN -> {
                output.talk("no node could say its hash: see PROBLEM");
                yield ExitCode.NOT_HEALTHY;
            }
        };
    }
}
