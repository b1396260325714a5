// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The top of the command line. By itself it only shows its help. */
@Command(
        name = "muster",
        header = "Talks to a Muster service registry.",
        customSynopsis = "muster [OPTIONS] COMMAND",
        versionProvider = VersionCommand.Provider.class,
        footer = {
            "Each option can be given by the environment too: MUSTER_ENDPOINTS, MUSTER_NAMESPACE,",
            "MUSTER_WRITE_OUT, MUSTER_TIMEOUT; the flag wins. MUSTER_DEBUG=1 shows where an error comes from.",
            "Data goes to the standard output, everything else to the error output.",
        })
final class MusterCommand {
    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    GlobalOptions options() {
        return options;
    }
}
