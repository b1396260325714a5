// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.JsonFields;
import dev.muster.cli.output.MemberView;
import dev.muster.client.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster members}: who belongs to the cluster. */
@Command(name = "members", header = "Shows who belongs to the cluster, and lets a damaged node join anew.")
final class MembersCommand {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    private final Context context;

    MembersCommand(Context context) {
        this.context = context;
    }

    @Command(name = "ls", header = "Lists the members of the cluster.")
    int ls() {
        return context.withClient(client -> {
                    List<Member> members = client.cluster().members();
                    context.output().list(MemberView.COLUMNS, members, () -> MemberView.document(members));
                    return ExitCode.OK;
                })
                .number();
    }

    @Command(
            name = "rejoin",
            header = "Sets a stopped node's data folder aside, so that it joins anew with an empty one.",
            description = {
                "For a node that does not start because its folder is damaged. Run it on the node's machine, then start",
                "the node: it is let in under a new storage id and catches up. Refused unless a majority serves without",
                "it. The folder is renamed, nothing is deleted."
            })
    int rejoin(
            @Parameters(paramLabel = "NODE", description = "The name of the node.") String node,
            @Option(names = "--data", required = true, paramLabel = "FOLDER", description = "Its data folder.")
                    Path data) {
        return context.withClient(client -> {
                    Path folder = data.toAbsolutePath().normalize();
                    Path aside = folder.resolveSibling(
                            folder.getFileName() + ".aside-" + TIME.format(LocalDateTime.now(ZoneOffset.UTC)));
                    try {
                        new Rejoin(client.cluster(), node, folder).setAside(aside);
                    } catch (IOException e) {
                        throw new UncheckedIOException("cannot rename " + folder + ": " + e, e);
                    }
                    context.output()
                            .result(
                                    folder + " is now " + aside,
                                    List.of(aside.toString()),
                                    () -> new JsonFields()
                                            .text("aside", aside.toString())
                                            .toObject());
                    context.output()
                            .talk("next: start " + node
                                    + "; delete that folder when 'muster status' shows it as caught up");
                    return ExitCode.OK;
                })
                .number();
    }
}
