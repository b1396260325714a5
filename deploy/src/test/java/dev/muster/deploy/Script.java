// SPDX-License-Identifier: Apache-2.0
package dev.muster.deploy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs and makes shell scripts. */
final class Script {
    private Script() {}

    /**
     * How a script ended.
     *
     * @param code its exit code
     * @param text all that it printed, on either stream
     */
    record Result(int code, String text) {
        List<String> lines() {
            return text.lines().toList();
        }
    }

    /** Runs a command to its end, in another folder than the project's, with these variables and those of the test. */
    static Result run(Path folder, Map<String, String> variables, String... command)
            throws IOException, InterruptedException {
        // To a file, because what the command leaves running would hold a pipe open.
        File output = File.createTempFile("script", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output);
            builder.environment().keySet().removeIf(name -> name.equals("JAVA_HOME") || name.startsWith("MUSTER_"));
            builder.environment().putAll(variables);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " (expected: to end in 60 s)");
            }
            try (InputStream in = Files.newInputStream(output.toPath())) {
                return new Result(process.exitValue(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } finally {
            Files.delete(output.toPath());
        }
    }

    /** Makes a file that can be run. */
    static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, Set.of(PosixFilePermission.values()));
        return file;
    }
}
