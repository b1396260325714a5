// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.output.Console;
import dev.muster.client.MusterClient;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.logging.LogManager;

/**
 * The process around {@link Program}: arguments, environment, outputs in UTF-8, signals and the exit code. Started by the
 * launcher {@code bin/muster}.
 */
public final class Main {
    private static final String CLIENT_NAME = "muster-cli";

    private Main() {}

    /** Does what the arguments say and ends the process. */
    public static void main(String[] arguments) {
        StopSignal stop = new StopSignal();
        stop.install();
        Console console = new Console(writer(FileDescriptor.out), writer(FileDescriptor.err));
        Program program = new Program(System.getenv(), console, Main::connect, stop, System::nanoTime);
        int exitCode = program.run(arguments);
        stop.ended(exitCode);
        System.exit(exitCode);
    }

    private static MusterClient connect(Settings settings, Duration sessionTtl) {
        if (!"1".equals(System.getenv("MUSTER_DEBUG"))) {
            // What libraries log is no talk to the user of a command.
            LogManager.getLogManager().reset();
        }
        return MusterClient.builder()
                .endpoints(settings.endpoints().toArray(String[]::new))
                .clientName(CLIENT_NAME)
                .namespace(settings.namespaceOrDefault())
                .requestTimeout(settings.timeout())
                .sessionTtl(sessionTtl)
                .connect();
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8));
    }
}
