// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The program {@code faultfs.c}, mounted: it shows a folder at another place and fails as it is told. It ends with this
 * JVM, however that ends, and takes the mount along. For one thread at a time.
 */
final class FaultFs implements AutoCloseable {
    private static final Path SOURCE = Path.of("src", "main", "c", "faultfs.c").toAbsolutePath();
    private static final long LONGEST_END_SECONDS = 10;

    private final Path mountPoint;
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private FaultFs(Path mountPoint, Process process) {
        this.mountPoint = mountPoint;
        this.process = process;
        this.commands = process.outputWriter();
        this.answers = process.inputReader();
    }

    /** Compiled when it is first asked for. */
    private static final class Program {
        static final Path FILE = Folders.fresh("faultfs").resolve("faultfs");
        static final Optional<String> OBSTACLE = compile();

        private static Optional<String> compile() {
            try {
                Command.run(
                        "cc",
                        "-std=c11",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-o",
                        FILE.toString(),
                        SOURCE.toString(),
                        "-l:libfuse3.a",
                        "-pthread");
                return Optional.empty();
            } catch (UncheckedIOException | IllegalStateException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Why it cannot be mounted here, if so: that takes root, FUSE, a C compiler and libfuse 3 to build with. */
    static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("only root can mount a faulty disk");
        }
        if (!Files.exists(Path.of("/dev/fuse"))) {
            return Optional.of("a faulty disk needs /dev/fuse");
        }
        return Program.OBSTACLE.map(why -> "a faulty disk needs cc and libfuse3-dev: " + why);
    }

    /** Mounts it; what it complains about, and what was lost, replaces the log. */
    static FaultFs mount(Path folder, Path mountPoint, Path log) {
        try {
            Process process = new ProcessBuilder(Program.FILE.toString(), folder.toString(), mountPoint.toString())
                    .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                    .start();
            FaultFs mounted = new FaultFs(mountPoint, process);
            mounted.answer();
            return mounted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives a command of {@code faultfs.c}; returns its counters when it is in force. */
    String tell(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
            return answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("faultfs on " + mountPoint + " has ended; see the log beside it");
        }
        return line;
    }

    /** Unmounts it. */
    @Override
    public void close() {
        try {
            commands.close();
            if (!process.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                Command.run("umount", "--lazy", mountPoint.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Command.run("umount", "--lazy", mountPoint.toString());
            Thread.currentThread().interrupt();
        }
    }
}
