// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.MemberView;
import dev.muster.client.Member;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code muster members}: who belongs to the cluster. */
@Command(name = "members", header = "Shows who belongs to the cluster.")
final class MembersCommand {
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
}
