// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;

/** Where a test types its commands: a registry, an environment, and what came out. For one thread. */
final class Shell {
    final FakeMuster muster = new FakeMuster();
    final Map<String, String> environment = new HashMap<>();
    final StopSignal stop = new StopSignal();
    final StringWriter data = new StringWriter();
    final StringWriter talk = new StringWriter();

    /** Runs one command to its end. */
    Run run(String... arguments) {
        data.getBuffer().setLength(0);
        talk.getBuffer().setLength(0);
        Console console = new Console(new PrintWriter(data), new PrintWriter(talk));
        int exitCode = new Program(environment, console, muster::connect, stop, System::nanoTime).run(arguments);
        return new Run(exitCode, data.toString(), talk.toString());
    }

    /**
     * What came of a command.
     *
     * @param exitCode what it told the shell
     * @param data what it wrote to the standard output
     * @param talk what it wrote to the error output
     */
    record Run(int exitCode, String data, String talk) {}
}
