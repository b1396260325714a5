// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code muster recover}: listed here because it is one of the commands, but another program: as {@link ServerCommand}. */
@Command(
        name = "recover",
        header = "Saves what is left on the disk of a stopped node; 'muster recover --help'.",
        customSynopsis = "muster recover FILE --data FOLDER",
        description = "Started by the launcher bin/muster, which knows where the server's own programs are.")
final class RecoverCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> itsOwn = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CliException(
                ExitCode.ERROR,
                "recover is not part of this program: start it with the launcher: bin/muster recover "
                        + String.join(" ", itsOwn));
    }
}
