// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Template;
import dev.muster.keeper.memory.LaunchLine;
import dev.muster.keeper.memory.MemoryKnob;
import dev.muster.keeper.memory.MemoryKnobs;
import dev.muster.keeper.memory.MemoryWatch;
import dev.muster.keeper.process.Launcher;
import dev.muster.keeper.process.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes what a unit's manifest names, with the ports given to it, and finds again what it executed. For the keeper's
 * thread, but {@link #run} for the workers'.
 */
final class UnitPrograms {
    private static final Logger LOG = LoggerFactory.getLogger(UnitPrograms.class);

    private static final Duration LONGEST_COMMAND = Duration.ofMinutes(1);

    private final Manifest manifest;
    private final Tools tools;
    private final List<UnitLog> logs;

    UnitPrograms(Manifest manifest, Tools tools) {
        this.manifest = manifest;
        this.tools = tools;
        this.logs = Stream.of(0, 1)
                .map(slot -> new UnitLog(
                        tools.data().resolve("logs").resolve(UnitListing.name(manifest.unit(), slot) + ".log")))
                .toList();
    }

    /** Where the outputs go of the process that is listed by that name. */
    Path log(int slot) {
        return logs.get(slot).path();
    }

    /** The program of the unit: as its manifest says, with the sizes that were found to be needed. */
    LaunchLine line(Map<MemoryKnob, Long> sizes) {
        List<String> argv = new ArrayList<>(manifest.argv());
        if (argv.get(0).endsWith("/java")) {
            argv.addAll(1, MemoryWatch.jvmOptions());
        }
        LaunchLine line = new LaunchLine(argv, manifest.environment());
        for (var size : sizes.entrySet()) {
            line = MemoryKnobs.remembered(line, size.getKey(), size.getValue());
        }
        return line;
    }

    /** Starts the program; by the number of its start the process can be found again. */
    Process start(LaunchLine line, Map<String, Integer> ports, int slot, long number) throws IOException {
        logs.get(slot).rotateIfFull();
        return launch(line, ports, slot, mark(number));
    }

    /**
     * Runs another command of the manifest to its end, or ends it after a minute, or after the unit's grace if that is
     * longer. Says with which code it ended, -1 for none.
     */
    int run(List<String> argv, Map<String, Integer> ports, int slot) {
        try {
            Process command = launch(new LaunchLine(argv, manifest.environment()), ports, slot, "");
            Duration longest = manifest.grace().compareTo(LONGEST_COMMAND) > 0 ? manifest.grace() : LONGEST_COMMAND;
            if (command.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                return command.exitValue();
            }
            LOG.warn("{}: {} was ended after {} s", manifest.unit(), argv.get(0), longest.toSeconds());
            command.destroyForcibly();
            return -1;
        } catch (IOException e) {
            LOG.warn("{}: {}", manifest.unit(), e.toString());
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Runs the check and then the reload command. The future says what came of it. */
    CompletableFuture<String> reload(Map<String, Integer> ports, int slot) {
        String unit = manifest.unit();
        if (manifest.reload().isEmpty()) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(unit + " has no reload command (expected: one with reload)"));
        }
        Map<String, Integer> given = Map.copyOf(ports);
        return CompletableFuture.supplyAsync(
                () -> {
                    if (!manifest.check().isEmpty() && run(manifest.check(), given, slot) != 0) {
                        throw new IllegalArgumentException(
                                "the check of " + unit + " failed, so it was not reloaded; see its log");
                    }
                    int code = run(manifest.reload(), given, slot);
                    if (code != 0) {
                        throw new IllegalArgumentException(
                                "the reload of " + unit + " ended with " + code + "; see its log");
                    }
                    return unit + " reloaded";
                },
                tools.workers());
    }

    /** The process of a start that nobody came to note. */
    Optional<ProcessId> marked(long start) {
        return tools.processes().marked(Launcher.MARK + "=" + mark(start));
    }

    /** The process that the unit's pid file names. */
    Optional<ProcessId> fromPidFile() {
        return manifest.pidFile().flatMap(pidFile -> {
            try {
                return tools.processes()
                        .find(Long.parseLong(Files.readString(pidFile).strip()));
            } catch (IOException | NumberFormatException e) {
                // Not there yet, or half written.
                return Optional.empty();
            }
        });
    }

    private String mark(long start) {
        return tools.journal().name() + "/" + manifest.unit() + "/" + start;
    }

    private Process launch(LaunchLine line, Map<String, Integer> ports, int slot, String mark) throws IOException {
        Map<String, String> environment = new HashMap<>();
        line.environment().forEach((name, value) -> environment.put(name, Template.fill(value, ports)));
        environment.put("MUSTER_UNIT", manifest.unit());
        if (!mark.isEmpty()) {
            environment.put(Launcher.MARK, mark);
        }
        return tools.launcher()
                .start(
                        line.argv().stream()
                                .map(word -> Template.fill(word, ports))
                                .toList(),
                        environment,
                        manifest.folder(),
                        log(slot));
    }
}
