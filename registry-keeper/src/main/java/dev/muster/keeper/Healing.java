// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.archive.ArchiveException;
import dev.muster.keeper.archive.IncidentArchive;
import dev.muster.keeper.diagnostics.Diagnostics;
import dev.muster.keeper.diagnostics.Subject;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.memory.AttachedJvm;
import dev.muster.keeper.memory.ErrorCounts;
import dev.muster.keeper.memory.JvmProcess;
import dev.muster.keeper.memory.MemoryError;
import dev.muster.keeper.memory.MemoryGrowth;
import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryKnob;
import dev.muster.keeper.memory.MemoryKnobs;
import dev.muster.keeper.memory.MemoryPolicy;
import dev.muster.keeper.memory.MemoryWatch;
import dev.muster.keeper.memory.Replacement;
import dev.muster.keeper.memory.Replacement.Action;
import dev.muster.keeper.memory.Replacement.Event;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.memory.Replacement.Phase;
import dev.muster.keeper.memory.Replacement.Step;
import dev.muster.keeper.memory.ReplacementTimes;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.IncidentType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heals the memory of one unit: watches its JVM, has {@link Replacement} decide, and does what that says with the two
 * processes that the unit then has. For the keeper's thread.
 */
final class Healing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Healing.class);
    private static final Duration QUIET = Duration.ofHours(1);
    private static final Duration QUESTION = Duration.ofSeconds(2);
    private static final int LETTERS_AND_DIGITS = 36;

    private final Manifest manifest;
    private final Tools tools;
    private final UnitKeeper unit;
    private final MemoryKnobs knobs;
    private final ReplacementTimes times;
    private final Map<MemoryKnob, Long> sizes = new EnumMap<>(MemoryKnob.class);
    private final Deque<Event> events = new ArrayDeque<>();
    /** What was dealt with of processes that may be watched again. */
    private final Map<ProcessId, ErrorCounts> told = new HashMap<>();

    private final ErrorCounts toldBefore;

    private Replacement state;
    private boolean busy;
    private Instant deadline = Instant.MAX;
    private Instant last;
    private @Nullable MemoryWatch watch;
    private @Nullable ProcessId watched;
    private @Nullable Found found;
    /** What is being healed, from BEFORE to AFTER. */
    private @Nullable Case open;

    /** An error, whose it was, and the sizes that its JVM said it had. */
    private record Found(ProcessId process, MemoryError error, Map<MemoryKnob, Long> inForce) {}

    /** One incident; {@code serial} if there is no second process beside the first. */
    private record Case(String bundle, Found found, Grown growth, boolean serial) {}

    Healing(Manifest manifest, Tools tools, UnitKeeper unit, Growth before) {
        this.manifest = manifest;
        this.tools = tools;
        this.unit = unit;
        this.sizes.putAll(before.sizes());
        this.toldBefore = before.told();
        this.last = tools.clock().instant();
        this.state = begin(before.restarts());
        Map<MemoryKnob, Long> caps = new EnumMap<>(MemoryKnob.class);
        manifest.memory().capBytes().ifPresent(cap -> {
            for (MemoryKnob knob : MemoryKnob.values()) {
                caps.put(knob, cap);
            }
        });
        this.knobs = new MemoryKnobs(new MemoryPolicy(
                true,
                manifest.memory().growthPercent(),
                caps,
                manifest.memory().restarts(),
                MemoryPolicy.DEFAULT.reserveBytes()));
        ReplacementTimes usual = ReplacementTimes.DEFAULT;
        this.times = new ReplacementTimes(
                manifest.start(),
                usual.swapRetry(),
                manifest.drain(),
                usual.bundle(),
                usual.destroy(),
                usual.backoff(),
                usual.maxStarts());
    }

    /** What has to be on the disk. */
    Growth growth() {
        MemoryWatch watching = watch;
        return new Growth(Map.copyOf(sizes), state.restarts(), watching == null ? toldBefore : watching.told());
    }

    /** The sizes to start with. */
    Map<MemoryKnob, Long> sizes() {
        return sizes;
    }

    @Override
    public void close() {
        MemoryWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    /** Time passes. */
    void tick(Instant now) {
        watch();
        if (busy && !unit.serves()) {
            stop("the unit was stopped or hangs");
        }
        if (!now.isBefore(deadline)) {
            deadline = Instant.MAX;
            feed(Event.of(EventType.TIME_UP, state.timer()));
        }
        if (state.phase() == Phase.STARTING) {
            int start = state.starts();
            unit.askSecond(() -> feed(Event.of(EventType.NEW_READY, start)));
        }
        finishSerial();
        Found error = found;
        if (error != null && open == null && unit.serves() && !unit.isPaused()) {
            found = null;
            judge(error);
        }
        if (!busy && state.restarts() > 0 && now.isAfter(last.plus(QUIET))) {
            feed(Event.of(EventType.QUIET));
        }
    }

    /** The second process ended, or could not be started. */
    void secondGone() {
        feed(Event.of(unit.isTakenOver() ? EventType.OLD_GONE : EventType.NEW_GONE, state.starts()));
    }

    /**
     * The unit's process ended.
     *
     * @return whether the old one has taken over again, so that the unit goes on
     */
    boolean firstGone() {
        if (!busy) {
            return false;
        }
        if (unit.serves()
                && unit.isTakenOver()
                && (state.phase() == Phase.DRAINING || state.phase() == Phase.DIAGNOSING)) {
            feed(Event.of(EventType.NEW_GONE, state.starts()));
            return true;
        }
        Case healed = open;
        if (healed != null) {
            sizes.put(healed.growth.knob(), healed.growth.toBytes());
        }
        stop("the process ended by itself; the next one gets the new size");
        return false;
    }

    /** Whatever is under way ends, with the second process. */
    private void stop(String why) {
        LOG.info("the replacement of {} ends: {}", manifest.unit(), why);
        feed(Event.of(EventType.STOP));
        state = begin(state.restarts());
    }

    private void watch() {
        ProcessId now = unit.serves() ? unit.process().orElse(null) : null;
        if (now == null || now.equals(watched)) {
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
        boolean first = watched == null && unit.isAdopted();
        watched = now;
        watch = null;
        if (manifest.pidFile().isEmpty() && tools.processes().isJvm(now)) {
            JvmProcess jvm = new JvmProcess(now.pid(), now.startTicks());
            watch = MemoryWatch.start(
                    jvm,
                    Optional.of(unit.log()),
                    told.getOrDefault(now, first ? toldBefore : ErrorCounts.NONE),
                    error -> seen(now, jvm, error),
                    tools.clock());
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
        tools.loop().execute(() -> found = seen);
    }

    private void judge(Found error) {
        if (unit.process().filter(error.process::equals).isEmpty()) {
            return;
        }
        MemoryGrowth growth = knobs.next(
                error.error.kind(),
                unit.launchLine(),
                error.inForce,
                state.restarts(),
                tools.processes().freeMemory());
        if (growth instanceof Grown grown) {
            String bundle = newName();
            open = new Case(bundle, error, grown, unit.hasFixedPort());
            last = tools.clock().instant();
            if (unit.hasFixedPort()) {
                serially();
                return;
            }
        }
        feed(Event.errorSeen(growth));
    }

    // ---- with one process after the other -------------------------------------------------------------------------

    /** Two processes cannot listen on one port, so the bundle is written first and the unit then restarted. */
    private void serially() {
        Case healed = open();
        tellBefore("its ports are fixed, so it is stopped before it is started again");
        state = begin(state.restarts() + 1);
        sizes.put(healed.growth.knob(), healed.growth.toBytes());
        unit.save();
        diagnose(healed, healed.found.process, () -> {
            if (unit.serves()
                    && unit.process().filter(healed.found.process::equals).isPresent()) {
                unit.restart();
            }
        });
    }

    private void finishSerial() {
        Case healed = open;
        if (healed == null || !healed.serial) {
            return;
        }
        if (unit.isEnded()) {
            tell(IncidentType.MEMORY_ERROR_WITH_RESTART_AFTER, "FAILED: stopped by an operator, or given up");
            open = null;
        } else if (unit.serves()
                && unit.process().filter(healed.found.process::equals).isEmpty()) {
            tellDone();
            open = null;
        }
    }

    // ---- with two processes ---------------------------------------------------------------------------------------

    private void feed(Event event) {
        events.add(event);
        if (events.size() > 1) {
            return;
        }
        while (!events.isEmpty()) {
            Step step = state.on(events.getFirst(), times);
            state = step.next();
            step.limit().ifPresent(limit -> deadline = tools.clock().instant().plus(limit));
            step.actions().forEach(action -> act(action, step.reason()));
            busy = state.phase() != Phase.NONE && state.phase() != Phase.STOPPED;
            if (!busy) {
                deadline = Instant.MAX;
            }
            events.removeFirst();
        }
        unit.save();
    }

    private void act(Action action, String reason) {
        switch (action) {
            case JOURNAL_BEFORE -> tellBefore("a larger one is started beside it");
            case START_NEW -> {
                if (!unit.startSecond(open().growth.launch())) {
                    events.add(Event.of(EventType.NEW_GONE, state.starts()));
                }
            }
            case SWAP -> swap();
            case REMEMBER_SIZE -> {
                sizes.put(open().growth.knob(), open().growth.toBytes());
                unit.takeOver();
            }
            case DRAIN_OLD -> LOG.info("{}: the old process drains", manifest.unit());
            case DIAGNOSE_OLD -> {
                Case healed = open();
                diagnose(healed, healed.found.process, () -> {
                    if (healed.equals(open)) {
                        feed(Event.of(EventType.BUNDLE_DONE));
                    }
                });
            }
            case DESTROY_OLD, DESTROY_NEW -> unit.endSecond();
            case RESTORE_OLD -> {
                unit.takeOver();
                unit.listAsUp();
                unit.endSecond();
                events.add(Event.of(EventType.TOLD));
            }
            case JOURNAL_AFTER_DONE -> {
                tellDone();
                open = null;
            }
            case JOURNAL_AFTER_FAILED -> end(IncidentType.MEMORY_ERROR_WITH_RESTART_AFTER, "FAILED: " + reason);
            case JOURNAL_INTERRUPTED ->
                end(IncidentType.INTERRUPTED, "the unit ended or was stopped before the outcome was known");
            case JOURNAL_WITHOUT_RESTART -> {
                LOG.warn("{}: the memory error is not followed by a replacement: {}", manifest.unit(), reason);
                unit.tell(IncidentType.MEMORY_ERROR_WITHOUT_RESTART, manifest.unit() + "." + newName(), reason);
            }
            // What is found meanwhile waits, and is judged when nothing is under way; the unit's own life does the
            // rest.
            case LOOK_AGAIN, HAND_BACK -> {}
        }
    }

    private void swap() {
        var unused = unit.swap()
                .handleAsync(
                        (outcome, failure) -> {
                            feed(Event.of(failure == null ? outcome : EventType.TOLD_UNKNOWN));
                            return null;
                        },
                        tools.loop())
                .exceptionally(failure -> {
                    LOG.error("what became of the batch was not dealt with; please report this", failure);
                    return null;
                });
    }

    private void diagnose(Case healed, ProcessId process, Runnable then) {
        AttachedJvm jvm = new AttachedJvm(new JvmProcess(process.pid(), process.startTicks()));
        Subject subject = new Subject(
                process.pid(),
                jvm::run,
                true,
                Optional.of(unit.logOf(process)),
                healed.serial ? Optional.empty() : Optional.of(unit.log()),
                Optional.of(manifest.toString()),
                facts(healed));
        tools.workers().execute(() -> {
            try {
                IncidentArchive.Draft draft = tools.archive().begin(manifest.unit(), healed.bundle);
                new Diagnostics(tools.clock(), System::nanoTime)
                        .collect(draft.folder(), subject, tools.archive()::refusal);
                draft.complete();
            } catch (ArchiveException | IllegalArgumentException e) {
                LOG.error("the bundle of {} is not kept: {}", manifest.unit(), e.getMessage());
            } finally {
                jvm.forget();
                tools.loop().execute(then);
            }
        });
    }

    // ---- words ----------------------------------------------------------------------------------------------------

    private static Map<String, String> facts(Case healed) {
        return Map.of(
                "kind", healed.found.error.kind().name(),
                "site", healed.found.error.site().map(Object::toString).orElse("unknown"),
                "from", healed.growth.knob().option(healed.growth.fromBytes()),
                "to", healed.growth.knob().option(healed.growth.toBytes()),
                "thrown_at", healed.found.error.thrownAt().toString());
    }

    private void tellBefore(String how) {
        Case healed = open();
        String site = healed.found.error.site().map(at -> " in " + at).orElse("");
        tell(
                IncidentType.MEMORY_ERROR_WITH_RESTART_BEFORE,
                healed.found.error.kind() + site + " (pid " + healed.found.process.pid() + "); "
                        + healed.growth.knob().option(healed.growth.toBytes()) + " instead of "
                        + healed.growth.knob().option(healed.growth.fromBytes()) + ", "
                        + (state.restarts() + (healed.serial ? 1 : 0)) + " of "
                        + manifest.memory().restarts() + "; " + how);
    }

    private void tellDone() {
        Case healed = open();
        tell(
                IncidentType.MEMORY_ERROR_WITH_RESTART_AFTER,
                "OK: pid " + unit.process().map(ProcessId::pid).orElse(0L) + " serves with "
                        + healed.growth.knob().option(healed.growth.toBytes()) + ", pid "
                        + healed.found.process.pid() + " is gone; bundle " + healed.bundle);
    }

    private void end(IncidentType type, String text) {
        tell(type, text);
        open = null;
    }

    private void tell(IncidentType type, String text) {
        unit.tell(type, manifest.unit() + "." + open().bundle, text);
    }

    private Case open() {
        Case healed = open;
        if (healed == null) {
            throw new IllegalStateException("no memory error of " + manifest.unit() + " is being healed");
        }
        return healed;
    }

    private String newName() {
        return "m" + Long.toString(tools.clock().instant().toEpochMilli(), LETTERS_AND_DIGITS);
    }

    private static Replacement begin(int restarts) {
        Replacement none = Replacement.NONE;
        return new Replacement(
                none.phase(),
                none.timer(),
                none.starts(),
                none.attempts(),
                restarts,
                none.oldAlive(),
                none.newAlive(),
                none.again(),
                none.refused(),
                none.growth());
    }
}
