// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code muster archive}: listed here because it is one of the commands, but it is the launcher that does it. */
@Command(
        name = "archive",
        header = "Lets programs start in half the time: once for each JDK.",
        description = {
            "Writes down the classes that a node and these commands load, as this JDK keeps them in memory, into the",
            "folder cds of the installation."
        })
final class ArchiveCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new CliException(ExitCode.ERROR, "this is done by the launcher: bin/muster archive");
    }
}
