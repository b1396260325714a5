// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.List;

/**
 * A command that is listed with the others and is another program. The launcher starts that one before these classes are
 * ever loaded, because it knows where it is; who gets here has gone round the launcher.
 *
 * @param name what people call the program
 * @param command how the launcher is asked for it
 */
record OtherProgram(String name, String command) {
    CliException isElsewhere(List<String> itsOwn) {
        return new CliException(
                ExitCode.ERROR,
                name + " is not part of this program: start it with the launcher: bin/muster " + command + " "
                        + String.join(" ", itsOwn));
    }
}
