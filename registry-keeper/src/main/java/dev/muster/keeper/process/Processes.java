// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The processes of this machine, by {@code /proc}. A zombie counts as gone. Safe for any thread. */
public final class Processes {
    private static final Path PROC = Path.of("/proc");
    private static final String OOM_KILLS = "oom_kill ";
    private static final String FREE = "MemAvailable:";
    private static final int KIB_BITS = 10;
    private static final int SESSION = 3;
    private static final int START_TIME = 19;

    private final String boot;

    /** Finds out which run of the machine this is. */
    public Processes() {
        try {
            boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("/proc cannot be read (expected: Linux)", e);
        }
    }

    /** The process that has this id now, unless there is none. */
    public Optional<ProcessId> find(long pid) {
        return stat(pid).map(stat -> new ProcessId(boot, pid, stat.startTicks));
    }

    /** Whether this very process still runs, frozen or not. */
    public boolean isAlive(ProcessId id) {
        return find(id.pid()).filter(id::equals).isPresent();
    }

    /** Whether it runs and is frozen by SIGSTOP. */
    public boolean isFrozen(ProcessId id) {
        return isAlive(id) && stat(id.pid()).filter(stat -> stat.state == 'T').isPresent();
    }

    /** Whether it is a Java virtual machine. */
    public boolean isJvm(ProcessId id) {
        try (Stream<String> maps = Files.lines(PROC.resolve(id.pid() + "/maps"), StandardCharsets.ISO_8859_1)) {
            return maps.anyMatch(line -> line.endsWith("/libjvm.so"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** All that runs in the session that a process began, itself included. */
    public List<ProcessId> session(long leader) {
        return all(stat -> stat.session == leader);
    }

    /** The leader of a session whose environment has this line. */
    public Optional<ProcessId> marked(String line) {
        return all(stat -> stat.session == stat.pid).stream()
                .filter(id -> environment(id.pid()).contains(line))
                .findFirst();
    }

    /** How many processes the kernel has killed for want of memory; 0 when it does not say. */
    public long oomKills() {
        try (Stream<String> lines = Files.lines(PROC.resolve("vmstat"))) {
            return lines.filter(line -> line.startsWith(OOM_KILLS))
                    .mapToLong(line -> Long.parseLong(line.substring(OOM_KILLS.length())))
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** What the host could give to a new process, in bytes; 0 when it does not say. */
    public long freeMemory() {
        try (Stream<String> lines = Files.lines(PROC.resolve("meminfo"))) {
            return lines.filter(line -> line.startsWith(FREE))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << KIB_BITS)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private List<ProcessId> all(Predicate<Stat> wanted) {
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .flatMap(name -> stat(Long.parseLong(name)).stream())
                    .filter(wanted)
                    .map(stat -> new ProcessId(boot, stat.pid, stat.startTicks))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> environment(long pid) {
        try {
            String lines = Files.readString(PROC.resolve(pid + "/environ"), StandardCharsets.ISO_8859_1);
            return Arrays.asList(lines.split("\0", -1));
        } catch (IOException e) {
            // Another user's, or gone.
            return List.of();
        }
    }

    private static Optional<Stat> stat(long pid) {
        try {
            // The name stands in parentheses and may contain anything.
            String line = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            char state = fields[0].charAt(0);
            return state == 'Z' || state == 'X'
                    ? Optional.empty()
                    : Optional.of(
                            new Stat(pid, state, Long.parseLong(fields[SESSION]), Long.parseLong(fields[START_TIME])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private record Stat(long pid, char state, long session, long startTicks) {}
}
