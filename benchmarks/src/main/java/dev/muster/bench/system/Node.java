// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One server process. Ended with this JVM at the latest. */
public final class Node {
    /** What each server on a JVM may take, as a JVM's option has it. */
    public static final String HEAP = System.getProperty("bench.heap", "2g");

    /** Of Linux on every common architecture. */
    private static final double TICKS_PER_SECOND = 100;
    /** The spaces of the heap, whatever the collector calls them; not the metaspace, which is listed otherwise. */
    private static final Pattern HEAP_USED = Pattern.compile("(?:total|committed) [0-9]+K, used ([0-9]+)K");

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final Machine machine;
    private Process process;

    /** What a server runs on. */
    public enum Machine {
        JVM,
        NATIVE
    }

    private Node(Machine machine, String name, Path log, Map<String, String> environment, List<String> command)
            throws IOException {
        this.machine = machine;
        this.name = name;
        this.command = command;
        this.environment = environment;
        this.log = log;
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    /** Starts it; what it prints goes to the log. */
    public static Node start(
            Machine machine, String name, Path log, Map<String, String> environment, List<String> command)
            throws IOException {
        return new Node(machine, name, log, environment, command);
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** As its cluster calls it. */
    public String name() {
        return name;
    }

    /** Whether the process runs, or is stopped but not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Starts it again after {@link #kill}. */
    public void restart() throws IOException {
        process = launch();
    }

    /** SIGSTOP: it keeps its connections and says nothing. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT after {@link #pause}. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        run(List.of("/bin/kill", "-" + name, Long.toString(process.pid())));
    }

    private static String run(List<String> words) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (child.waitFor() != 0) {
            throw new IOException(words + " ended with " + child.exitValue() + ": " + said);
        }
        return said;
    }

    /** SIGTERM, then SIGKILL. */
    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Processor time used so far by all its threads. */
    public double cpuSeconds() {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Resident memory. */
    public double residentMegabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** What is left on the heap after a full collection, which this asks for; empty without a JVM. */
    public OptionalDouble liveHeapMegabytes() throws IOException, InterruptedException {
        if (machine != Machine.JVM) {
            return OptionalDouble.empty();
        }
        jcmd("GC.run");
        Matcher used = HEAP_USED.matcher(jcmd("GC.heap_info"));
        double kilobytes = 0;
        while (used.find()) {
            kilobytes += Double.parseDouble(used.group(1));
        }
        if (kilobytes == 0) {
            throw new IOException("jcmd GC.heap_info names no space of the heap of " + name);
        }
        return OptionalDouble.of(kilobytes / 1024);
    }

    private String jcmd(String order) throws IOException, InterruptedException {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return run(List.of(tool, Long.toString(process.pid()), order));
    }
}
