// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifest.Probe;
import dev.muster.keeper.manifest.Manifest.Target;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a unit's processes whether they may be called and whether they hang, as often as its manifest says. A unit
 * without probes is asked whether it is frozen. For the keeper's thread.
 */
final class UnitProbes {
    private static final Probe NOT_FROZEN =
            new Probe(new Target.Exec(List.of()), Duration.ofMillis(500), Duration.ofSeconds(1), 2, 3);

    private final Manifest manifest;
    private final Tools tools;
    private final Optional<Probe> starts;
    private final Question ready;
    private final Question alive;
    private final Question secondReady;

    /** Takes what was found. */
    interface Heard {
        /** Whether it may be called, all things considered. */
        void ready(boolean yes);

        /** That it hangs, and how. */
        void hangs(String why);
    }

    UnitProbes(Manifest manifest, Tools tools) {
        this.manifest = manifest;
        this.tools = tools;
        this.starts = manifest.ready().or(manifest::alive);
        this.ready = new Question(starts.orElse(NOT_FROZEN), tools.loop());
        this.secondReady = new Question(starts.orElse(NOT_FROZEN), tools.loop());
        this.alive = new Question(manifest.alive().orElse(NOT_FROZEN), tools.loop());
    }

    /** Another process is asked from now on. */
    void begin() {
        ready.begin(true);
        alive.begin(false);
    }

    /** Another second process is asked from now on. */
    void beginSecond() {
        secondReady.begin(true);
    }

    /** Asks the unit's process what is to be known of it in this phase, if it is time to. */
    void ask(Phase phase, ProcessId process, Map<String, Integer> ports, Instant now, Heard heard) {
        switch (phase) {
            case STARTING ->
                ready.askIfDue(now, () -> answer(starts, process, ports), answer -> {
                    if (answer.yes()) {
                        heard.ready(true);
                    }
                });
            case READY, UNREADY -> {
                if (manifest.ready().isPresent()) {
                    ready.askIfDue(
                            now,
                            () -> answer(manifest.ready(), process, ports),
                            answer -> heard.ready(!answer.fails()));
                }
                alive.askIfDue(now, () -> answer(manifest.alive(), process, ports), answer -> {
                    if (answer.fails()) {
                        heard.hangs(whyHung(process));
                    }
                });
            }
            case DOWN, DRAINING, STOPPING, HUNG -> {}
        }
    }

    /** Asks a second process whether it may be called, if it is time to. */
    void askSecond(Map<String, Integer> ports, Instant now, Runnable ifReady) {
        secondReady.askIfDue(now, () -> answer(starts, ports), answer -> {
            if (answer.yes()) {
                ifReady.run();
            }
        });
    }

    private CompletableFuture<Boolean> answer(Optional<Probe> probe, ProcessId process, Map<String, Integer> ports) {
        return tools.processes().isFrozen(process) ? CompletableFuture.completedFuture(false) : answer(probe, ports);
    }

    private CompletableFuture<Boolean> answer(Optional<Probe> probe, Map<String, Integer> ports) {
        return probe.map(asked -> tools.prober().ask(asked.target(), ports, asked.timeout()))
                .orElse(CompletableFuture.completedFuture(true));
    }

    private String whyHung(ProcessId process) {
        return tools.processes().isFrozen(process)
                ? "process " + process.pid() + " is frozen"
                : "process " + process.pid() + " does not answer";
    }
}
