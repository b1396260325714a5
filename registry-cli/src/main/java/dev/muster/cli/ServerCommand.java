// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code muster server}. */
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
        throw new OtherProgram("the server", "server").isElsewhere(itsOwn);
    }
}
