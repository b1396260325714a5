// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.chaos;

import static org.awaitility.Awaitility.await;

import dev.muster.client.EventQuery;
import dev.muster.client.EventType;
import dev.muster.client.MusterClient;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.WallClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a machine may do to a process: give it too little time, files or memory. Stateless. */
final class NodeFaults {
    /** Frozen nine tenths of the time. */
    private static final String A_TENTH =
            "while kill -STOP %1$d && sleep 0.09 && kill -CONT %1$d; do sleep 0.01; done 2>/dev/null";

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+)");
    private static final int MORE_FILES = 2;
    private static final int CALLERS = 8;
    private static final int OUT_OF_MEMORY = 3;
    private static final Duration AHEAD = Duration.ofHours(2);
    private static final Duration LONGEST_MEAL = Duration.ofSeconds(30);

    private NodeFaults() {}

    /** It has a tenth of a processor. */
    static Nemesis.Strike starve(TestNode node) {
        long before = switches(node.pid());
        Process starving = start("sh", "-c", A_TENTH.formatted(node.pid()));
        node.harm(() -> {
            starving.destroyForcibly();
            ended(starving);
            node.resume();
        });
        return Nemesis.struck(node.name(), () -> {
            Nemesis.require(starving.isAlive(), node + " is frozen again and again");
            return "had a tenth of a processor, " + (switches(node.pid()) - before) + " switches of its first thread";
        });
    }

    /** It may open two more files, and eight connections come. */
    static Nemesis.Strike runOutOfFiles(TestNode node) {
        long pid = node.pid();
        long before = limit(pid);
        long open = open(pid);
        limit(pid, open + MORE_FILES);
        List<Socket> callers = new ArrayList<>();
        node.harm(() -> {
            callers.forEach(NodeFaults::close);
            if (node.isUp()) {
                limit(pid, before);
            }
        });
        for (int i = 0; i < CALLERS; i++) {
            callers.add(connect(node.port()));
        }
        return Nemesis.struck(node.name(), () -> {
            if (!node.isUp()) {
                return "ended for want of files";
            }
            Nemesis.require(limit(pid) == open + MORE_FILES, node + " may open no more files");
            return "could have " + limit(pid) + " files and had " + open(pid);
        });
    }

    /** Its heap is used up. */
    static Nemesis.Strike runOutOfMemory(TestNode node) {
        node.harm(() -> {});
        MemoryEater.sendTo(node.pid(), node.log().resolveSibling("memory-eater.jar"));
        return Nemesis.struck(node.name(), () -> {
            int code = node.awaitExit(LONGEST_MEAL).code();
            Nemesis.require(code == OUT_OF_MEMORY, "exit code " + OUT_OF_MEMORY + " and not " + code);
            return "ended with " + code + ", out of memory";
        });
    }

    /** Its wall clock is two hours ahead of the registry's, which never goes back: more than is believed at once. */
    static Nemesis.Strike shiftClock(TestCluster cluster, TestNode node) {
        WallClock clock = node.clock().orElseThrow();
        MusterClient auditor = cluster.client();
        long before = jumps(auditor);
        node.harm(() -> clock.shift(Duration.ZERO));
        Duration ahead = AHEAD.multipliedBy(before + 1);
        clock.shift(ahead);
        return Nemesis.struck(node.name(), () -> {
            await("the registry notices").atMost(LONGEST_MEAL).until(() -> jumps(auditor) > before);
            return "was " + ahead.toHours() + " h ahead";
        });
    }

    private static long jumps(MusterClient auditor) {
        return auditor.events()
                .list(EventQuery.all().types(EventType.CLOCK_JUMP))
                .count();
    }

    private static long limit(long pid) {
        Matcher limit = OPEN_FILES.matcher(read(proc(pid, "limits")));
        if (!limit.find()) {
            throw new AssertionError("no limit of open files of process " + pid);
        }
        return Long.parseLong(limit.group(1));
    }

    private static void limit(long pid, long files) {
        Process setting = start("prlimit", "--pid", Long.toString(pid), "--nofile=" + files + ":");
        if (ended(setting) != 0) {
            throw new AssertionError("prlimit refused to let process " + pid + " have " + files + " files");
        }
    }

    private static long open(long pid) {
        try (Stream<Path> files = Files.list(proc(pid, "fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long switches(long pid) {
        return read(proc(pid, "status"))
                .lines()
                .filter(line -> line.contains("ctxt_switches"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    private static Path proc(long pid, String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(int port) {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int ended(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
