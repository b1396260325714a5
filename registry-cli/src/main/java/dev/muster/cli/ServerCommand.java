// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code muster server}: listed here because it is one of the commands, but another program. The launcher starts that
 * one before this class is ever loaded.
 */
@Command(
        name = "server",
        header = "Runs a node of the registry; 'muster server --help' has its own options.",
        customSynopsis = "muster server [OPTIONS]",
        description = "Started by the launcher bin/muster, which knows where the server's own program is.")
final class ServerCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> itsOwn = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CliException(
                ExitCode.ERROR,
                "the server is not part of this program: start it with the launcher: bin/muster server "
                        + String.join(" ", itsOwn));
    }
}
