// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import dev.muster.keeper.JvmSight.Found;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.memory.MemoryGrowth;
import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryKnob;
import dev.muster.keeper.memory.MemoryKnobs;
import dev.muster.keeper.memory.MemoryPolicy;
import dev.muster.keeper.memory.Replacement;
import dev.muster.keeper.memory.Replacement.Action;
import dev.muster.keeper.memory.Replacement.Event;
import dev.muster.keeper.memory.Replacement.EventType;
import dev.muster.keeper.memory.Replacement.Phase;
import dev.muster.keeper.memory.Replacement.Step;
import dev.muster.keeper.memory.ReplacementTimes;
import dev.muster.keeper.process.ProcessId;
import dev.muster.keeper.unit.IncidentType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heals the memory of one unit: hears of its errors, has {@link Replacement} decide, and does what that says with the two
 * processes that the unit then has. For the keeper's thread.
 */
final class Healing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Healing.class);
    private static final Duration QUIET = Duration.ofHours(1);
    private static final int LETTERS_AND_DIGITS = 36;

    private final Manifest manifest;
    private final Tools tools;
    private final UnitKeeper unit;
    private final MemoryKnobs knobs;
    private final ReplacementTimes times;
    private final Map<MemoryKnob, Long> sizes = new EnumMap<>(MemoryKnob.class);
    private final Deque<Event> events = new ArrayDeque<>();
    private final JvmSight sight;
    private final Bundles bundles;

    private Replacement state;
    private boolean busy;
    private Instant deadline = Instant.MAX;
    private Instant last;
    private @Nullable Found found;
    /** What is being healed, from BEFORE to AFTER. */
    private @Nullable MemoryCase open;

    Healing(Manifest manifest, Tools tools, UnitKeeper unit, Growth before) {
        this.manifest = manifest;
        this.tools = tools;
        this.unit = unit;
        this.sizes.putAll(before.sizes());
        this.sight = new JvmSight(manifest, tools, before.told(), error -> found = error);
        this.bundles = new Bundles(manifest, tools);
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
        return new Growth(Map.copyOf(sizes), state.restarts(), sight.told());
    }

    /** The sizes to start with. */
    Map<MemoryKnob, Long> sizes() {
        return sizes;
    }

    @Override
    public void close() {
        sight.close();
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    /** Time passes. */
    void tick(Instant now) {
        if (unit.serves()) {
            unit.process().ifPresent(process -> sight.turnTo(process, unit.log(), unit.isAdopted()));
        }
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
        MemoryCase healed = open;
        if (healed != null) {
            sizes.put(healed.growth().knob(), healed.growth().toBytes());
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

    private void judge(Found error) {
        if (unit.process().filter(error.process()::equals).isEmpty()) {
            return;
        }
        MemoryGrowth growth = knobs.next(
                error.error().kind(),
                unit.launchLine(),
                error.inForce(),
                state.restarts(),
                tools.processes().freeMemory());
        if (growth instanceof Grown grown) {
            String bundle = newName();
            open = new MemoryCase(bundle, error, grown, unit.hasFixedPort());
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
        MemoryCase healed = open();
        tellBefore("its ports are fixed, so it is stopped before it is started again");
        state = begin(state.restarts() + 1);
        sizes.put(healed.growth().knob(), healed.growth().toBytes());
        unit.save();
        bundles.write(healed, unit.logOf(healed.process()), unit.log(), () -> {
            if (unit.serves() && unit.process().filter(healed.process()::equals).isPresent()) {
                unit.restart();
            }
        });
    }

    private void finishSerial() {
        MemoryCase healed = open;
        if (healed == null || !healed.serial()) {
            return;
        }
        if (unit.isEnded()) {
            tell(IncidentType.MEMORY_ERROR_WITH_RESTART_AFTER, "FAILED: stopped by an operator, or given up");
            open = null;
        } else if (unit.serves()
                && unit.process().filter(healed.process()::equals).isEmpty()) {
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
                if (!unit.startSecond(open().growth().launch())) {
                    events.add(Event.of(EventType.NEW_GONE, state.starts()));
                }
            }
            case SWAP -> swap();
            case REMEMBER_SIZE -> {
                sizes.put(open().growth().knob(), open().growth().toBytes());
                unit.takeOver();
            }
            case DRAIN_OLD -> LOG.info("{}: the old process drains", manifest.unit());
            case DIAGNOSE_OLD -> {
                MemoryCase healed = open();
                bundles.write(healed, unit.logOf(healed.process()), unit.log(), () -> {
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

    // ---- words ----------------------------------------------------------------------------------------------------

    private void tellBefore(String how) {
        MemoryCase healed = open();
        int number = state.restarts() + (healed.serial() ? 1 : 0);
        tell(
                IncidentType.MEMORY_ERROR_WITH_RESTART_BEFORE,
                healed.before(number, manifest.memory().restarts(), how));
    }

    private void tellDone() {
        tell(
                IncidentType.MEMORY_ERROR_WITH_RESTART_AFTER,
                open().done(unit.process().map(ProcessId::pid).orElse(0L)));
    }

    private void end(IncidentType type, String text) {
        tell(type, text);
        open = null;
    }

    private void tell(IncidentType type, String text) {
        unit.tell(type, manifest.unit() + "." + open().bundle(), text);
    }

    private MemoryCase open() {
        MemoryCase healed = open;
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
