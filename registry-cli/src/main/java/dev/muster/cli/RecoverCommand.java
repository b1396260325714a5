// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code muster recover}. */
@Command(
        name = "recover",
        header = "Saves what is left on the disk of a stopped node; 'muster recover --help'.",
        customSynopsis = "muster recover FILE --data FOLDER [--up-to-damage]",
        description = "Started by the launcher bin/muster, which knows where the server's own programs are.")
final class RecoverCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> itsOwn = new ArrayList<>();

    @Override
    public Integer call() {
        throw new OtherProgram("recover", "recover").isElsewhere(itsOwn);
    }
}
