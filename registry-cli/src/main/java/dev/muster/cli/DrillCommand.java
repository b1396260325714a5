// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster drill}: what this cluster does when something falls, tried on purpose. */
@Command(
        name = "drill",
        header = "Lets a node fall on purpose, and shows that nothing is lost.",
        description = {
            "Writes 200 registrations a second and takes numbers of the keyspace muster-drill meanwhile, and then reads",
            "back from each node all that was acknowledged. Begins only when all nodes serve, and ends by itself. The",
            "node is the leader if that runs on this host, else one of this host is made the leader first. Ends with 1",
            "when anything was lost or handed out twice, and with 5 when nothing puts the node back within a minute."
        })
final class DrillCommand {
    private static final String HOME = "muster.home";
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** The load's instances have to outlive the drill. */
    private static final Duration SESSION_TTL = Duration.ofMinutes(2);

    private final Context context;

    DrillCommand(Context context) {
        this.context = context;
    }

    @Command(name = "leader-kill", header = "Kills the process of the leader.")
    int leaderKill(@Option(names = "--yes", description = "Do it.") boolean yes) {
        return fault("leader-kill", "is killed", yes, node -> {
            node.kill();
            return () -> !node.isAlive();
        });
    }

    @Command(name = "leader-pause", header = "Freezes the process of the leader for a while.")
    int leaderPause(
            @Option(names = "--yes", description = "Do it.") boolean yes,
            @Option(
                            names = "--for",
                            paramLabel = "DURATION",
                            defaultValue = "5s",
                            description = "How long, 100ms to 30s. Default: 5s")
                    Duration length) {
        if (length.compareTo(SHORTEST_PAUSE) < 0 || length.compareTo(LONGEST_PAUSE) > 0) {
            throw new CliException(ExitCode.INVALID, "--for: " + Durations.human(length) + " (expected: 100ms to 30s)");
        }
        return fault("leader-pause", "is frozen for " + Durations.human(length), yes, node -> {
            node.pause(length);
            return context.deadline(length)::isOver;
        });
    }

    @Command(name = "restart", header = "Has the leader stop in order; whatever keeps it starts it again.")
    int restart(@Option(names = "--yes", description = "Do it.") boolean yes) {
        return fault("restart", "is told to stop", yes, node -> {
            node.stop();
            return () -> !node.isAlive();
        });
    }

    @Command(
            name = "restore",
            header = "Saves a backup and restores it into a node of its own on this host.",
            description = "The running cluster is only read, beside the load; the node is gone afterwards.")
    int restore() {
        String home = System.getProperty(HOME);
        if (home == null) {
            throw new CliException(ExitCode.ERROR, "restore starts a node (expected: run by bin/muster)");
        }
        return context.withClient(
                        SESSION_TTL,
                        client -> new RestoreDrill(
                                        context,
                                        client,
                                        new Drill(context, client, "restore"),
                                        Path.of(home, "bin", "muster"))
                                .run())
                .number();
    }

    private int fault(String name, String what, boolean yes, Drill.Fault fault) {
        Consumer<LocalNode> announce = node -> {
            String sentence =
                    node.member().node() + " (process " + node.process().pid() + ") " + what;
            if (!yes) {
                throw new CliException(ExitCode.REFUSED, sentence + " by this: say so with --yes");
            }
            context.output().talk(sentence);
        };
        return context.withClient(SESSION_TTL, client -> new Drill(context, client, name).run(fault, announce))
                .number();
    }
}
