// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.memory.AttachedJvm;
import dev.muster.keeper.memory.ErrorCounts;
import dev.muster.keeper.memory.JvmProcess;
import dev.muster.keeper.memory.MemoryError;
import dev.muster.keeper.memory.MemoryKnob;
import dev.muster.keeper.memory.MemoryKnobs;
import dev.muster.keeper.memory.MemoryWatch;
import dev.muster.keeper.process.ProcessId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the JVM that serves for a unit, whichever of its processes that is, and tells each of its memory errors once,
 * also when a process is watched again later. For the keeper's thread.
 */
final class JvmSight implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JvmSight.class);
    private static final Duration QUESTION = Duration.ofSeconds(2);

    private final Manifest manifest;
    private final Tools tools;
    private final ErrorCounts toldBefore;
    private final Consumer<Found> found;
    /** What was dealt with of processes that may be watched again. */
    private final Map<ProcessId, ErrorCounts> told = new HashMap<>();

    private @Nullable MemoryWatch watch;
    private @Nullable ProcessId watched;

    /** An error, whose it was, and the sizes that its JVM said it had. */
    record Found(ProcessId process, MemoryError error, Map<MemoryKnob, Long> inForce) {}

    /**
     * Watches nothing yet.
     *
     * @param toldBefore the errors that the keeper before dealt with
     * @param found hears of each error on the keeper's thread
     */
    JvmSight(Manifest manifest, Tools tools, ErrorCounts toldBefore, Consumer<Found> found) {
        this.manifest = manifest;
        this.tools = tools;
        this.toldBefore = toldBefore;
        this.found = found;
    }

    /** The errors of the watched process that were told; a part of the unit's file. */
    ErrorCounts told() {
        MemoryWatch watching = watch;
        return watching == null ? toldBefore : watching.told();
    }

    /** This process serves; it is watched from now on, unless it is already. */
    void turnTo(ProcessId now, Path log, boolean adopted) {
        if (now.equals(watched)) {
            return;
        }
        MemoryWatch before = watch;
        ProcessId watchedBefore = watched;
        if (before != null && watchedBefore != null) {
            told.keySet().removeIf(process -> !tools.processes().isAlive(process));
            told.put(watchedBefore, before.told());
            // It may be asking a JVM just now.
            tools.workers().execute(before::close);
        }
        boolean first = watched == null && adopted;
        watched = now;
        watch = null;
        if (manifest.pidFile().isEmpty() && tools.processes().isJvm(now)) {
            JvmProcess jvm = new JvmProcess(now.pid(), now.startTicks());
            watch = MemoryWatch.start(
                    jvm,
                    Optional.of(log),
                    told.getOrDefault(now, first ? toldBefore : ErrorCounts.NONE),
                    error -> seen(now, jvm, error),
                    tools.clock());
        }
    }

    @Override
    public void close() {
        MemoryWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    /** On the thread of the watch. */
    private void seen(ProcessId process, JvmProcess jvm, MemoryError error) {
        LOG.warn("{}: {} in process {}", manifest.unit(), error, process.pid());
        Map<MemoryKnob, Long> inForce = Map.of();
        try {
            inForce = MemoryKnobs.inForce(new AttachedJvm(jvm).run("VM.flags", QUESTION));
        } catch (IOException e) {
            LOG.info("process {} does not say its sizes: {}", process.pid(), e.toString());
        }
        Found seen = new Found(process, error, inForce);
        tools.loop().execute(() -> found.accept(seen));
    }
}
