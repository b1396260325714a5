// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JVM started by a test, with the class path of the test. It never outlives this one: it is killed by its process id
 * when this JVM ends, and by the next run in the same folder if this one was killed itself. Safe for use by any number
 * of threads.
 */
public final class JavaChild {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final Duration LONGEST_DEATH = Duration.ofSeconds(10);
    private static final List<String> SMALL = List.of(
            "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError");

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "kill-children"));
    }

    /** Made when the first child starts. */
    private static final class Archive {
        static final ClassArchive OF_NODES = ClassArchive.ofThisClassPath(SMALL);
    }

    private final String name;
    private final Process process;
    private final Path log;
    private final long logStart;
    private final Path pidFile;
    private final long started = System.nanoTime();

    private JavaChild(String name, Process process, Path log, long logStart, Path pidFile) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
        this.pidFile = pidFile;
    }

    /**
     * Starts a class with a main method. What it prints is appended to {@code name.log} in the folder.
     *
     * @param folder where its log and its process id are kept
     * @param name unique in the folder
     * @param mainClass the class
     * @param arguments of its main method
     */
    public static JavaChild start(Path folder, String name, String mainClass, List<String> arguments) {
        return start(folder, name, mainClass, arguments, Map.of());
    }

    /** As the other one, with more in its environment than this process has. */
    static JavaChild start(
            Path folder, String name, String mainClass, List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.addAll(Archive.OF_NODES.options());
        command.add("-cp");
        command.add(Archive.OF_NODES.classPath());
        command.add(mainClass);
        command.addAll(arguments);
        Path log = folder.resolve(name + ".log");
        Path pidFile = folder.resolve(name + ".pid");
        try {
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            RUNNING.add(process);
            Files.writeString(pidFile, identity(process.toHandle()));
            return new JavaChild(name, process, log, logStart, pidFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills what an earlier run, itself killed, left running in a folder: the same process id and start time only. */
    static void endLeftOversIn(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".pid")).toList()) {
                String identity = Files.readString(file);
                ProcessHandle.of(Long.parseLong(identity.split(" ", 2)[0]))
                        .filter(handle -> identity(handle).equals(identity))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** The operating system's number of it. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs, frozen or not. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. Returns when it is gone. */
    public Exit kill() {
        long requested = System.nanoTime();
        process.destroyForcibly();
        return awaitExit(LONGEST_DEATH, requested);
    }

    /** SIGTERM. Returns when it is gone; killed after 10 s, which fails. */
    public Exit stop() {
        long requested = System.nanoTime();
        process.destroy();
        return awaitExit(LONGEST_DEATH, requested);
    }

    /** Waits until it ends by itself; killed after that time, which fails. */
    public Exit awaitExit(Duration longest) {
        return awaitExit(longest, started);
    }

    /** SIGSTOP. Returns when it stands still. */
    public void pause() {
        signal("STOP");
        await(name + " stands still").atMost(LONGEST_DEATH).until(this::isPaused);
    }

    /** SIGCONT. Returns when it was sent. */
    public void resume() {
        signal("CONT");
    }

    /** SIGQUIT: it prints what all its threads do. For people, after a failure. */
    void printThreads() {
        if (isAlive() && !isPaused()) {
            signal("QUIT");
            await(name + " prints its threads")
                    .atMost(LONGEST_DEATH)
                    .until(() -> !isAlive() || output().contains("JNI global refs"));
        }
    }

    /** Whether it stands still. */
    public boolean isPaused() {
        return state() == 'T';
    }

    /** Where it logs to, together with the processes of the same name before it. */
    public Path log() {
        return log;
    }

    /** What it has printed until now. */
    public String output() {
        try {
            byte[] all = Files.readAllBytes(log);
            int start = Math.toIntExact(logStart);
            return new String(all, start, all.length - start, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has printed a line that the expression is found in. */
    public void awaitOutput(String expression, Duration longest) {
        Pattern pattern = Pattern.compile(expression, Pattern.MULTILINE);
        await(name + " prints " + expression + ", see " + log)
                .atMost(longest)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> pattern.matcher(output()).find());
    }

    private Exit awaitExit(Duration longest, long since) {
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(name + " (pid " + pid() + ") did not end within " + longest.toMillis()
                        + " ms and was killed; see " + log);
            }
            RUNNING.remove(process);
            Files.deleteIfExists(pidFile);
            return new Exit(process.exitValue(), Duration.ofNanos(System.nanoTime() - since));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ends", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String signal) {
        try {
            int code = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("SIG" + signal + " to " + name + " (pid " + pid() + ") failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a signal was sent to " + name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The letter that stands behind the command's name in its stat file; X when it is gone. */
    private char state() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'X';
        }
    }

    private static String identity(ProcessHandle handle) {
        return handle.pid() + " "
                + handle.info().startInstant().map(Instant::toString).orElse("");
    }

    /** Marks a place in the log, for people. */
    static void mark(Path log, String text) {
        try {
            Files.writeString(log, "---- " + text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
