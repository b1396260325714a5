// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Starts processes that owe the keeper nothing: in a session of their own, so that no terminal or group signal meant for
 * the keeper reaches them, and with files as outputs, so that no pipe breaks when it ends. Their environment is not the
 * keeper's. Safe for any thread.
 */
public final class Launcher {
    /** The variable by which a process is known again when nobody noted its id. */
    public static final String MARK = "MUSTER_MARK";

    private static final File NOTHING = new File("/dev/null");
    private static final List<String> HANDED_ON = List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR");

    private final Path setsid;

    /**
     * Looks for the system's programs.
     *
     * @throws IOException when setsid is not there
     */
    public Launcher() throws IOException {
        this.setsid = Stream.of("/usr/bin/setsid", "/bin/setsid")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("/usr/bin/setsid is missing (expected: the package util-linux)"));
    }

    /**
     * Starts a program. Its process id is that of the child that is returned.
     *
     * @param argv the program and its arguments
     * @param environment all that it gets beside a few of the keeper's own: PATH, HOME, language and time zone
     * @param folder where it runs
     * @param log what its outputs are appended to
     * @throws IOException when it cannot be started
     */
    public Process start(List<String> argv, Map<String, String> environment, Path folder, Path log) throws IOException {
        if (!Files.isExecutable(Path.of(argv.get(0)))) {
            throw new IOException(argv.get(0) + " cannot be executed");
        }
        List<String> command = new ArrayList<>();
        command.add(setsid.toString());
        command.addAll(argv);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(NOTHING)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> own = builder.environment();
        own.keySet().retainAll(HANDED_ON);
        own.putAll(environment);
        return builder.start();
    }
}
