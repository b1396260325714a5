// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.JsonFields;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code muster leader}: which node leads. */
@Command(name = "leader", header = "Decides which node leads.")
final class LeaderCommand {
    private final Context context;

    LeaderCommand(Context context) {
        this.context = context;
    }

    @Command(name = "transfer", header = "Makes another node lead and prints its name when it does.")
    int transfer(
            @Parameters(
                            paramLabel = "NODE",
                            arity = "0..1",
                            defaultValue = "",
                            description = "Name of the node that shall lead. Default: any other than now.")
                    String node) {
        return context.withClient(client -> {
                    String leader = client.cluster().transferLeadership(node);
                    context.output()
                            .result(
                                    leader + " leads",
                                    List.of(leader),
                                    () -> new JsonFields()
                                            .text("leader", leader)
                                            .toObject());
                    return ExitCode.OK;
                })
                .number();
    }
}
