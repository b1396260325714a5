// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryGrowth.Reason;
import dev.muster.keeper.memory.MemoryGrowth.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The replacement of an instance that ran out of memory by a larger one, as a state machine. Pure and immutable: {@link
 * #on} says what comes of an event, and the keeper does it.
 *
 * <p>The old instance serves until the registry has made the new one UP and the old one DRAINING, in one batch. Only
 * then is it drained, asked for its diagnostics, and destroyed. Whatever fails before leaves the old one as it was;
 * whatever fails after brings it back if it still lives. What becomes of the batch may be unknown; then neither
 * instance is given up before it is known. At most one replacement runs at a time. Each {@link Action#JOURNAL_BEFORE}
 * has one of {@link Action#JOURNAL_AFTER_DONE}, {@link Action#JOURNAL_AFTER_FAILED}, {@link
 * Action#JOURNAL_INTERRUPTED}.
 *
 * @param phase where it is
 * @param timer the number of the newest timer; earlier ones mean nothing any more
 * @param starts the number of the newest start of a new instance, over all replacements
 * @param attempts how many starts this replacement made
 * @param restarts how many replacements began since the last quiet time
 * @param oldAlive whether the old process is there
 * @param newAlive whether the new process is there
 * @param again whether there were further errors meanwhile
 * @param refused why the last error was not followed by a replacement, to say it once
 * @param growth what the new instance gets more of
 */
public record Replacement(
        Phase phase,
        int timer,
        int starts,
        int attempts,
        int restarts,
        boolean oldAlive,
        boolean newAlive,
        boolean again,
        Optional<Reason> refused,
        Optional<Grown> growth) {
    /** One instance serves, and nothing is under way. */
    public static final Replacement NONE =
            new Replacement(Phase.NONE, 0, 0, 0, 0, true, false, false, Optional.empty(), Optional.empty());

    private static final int MAX_DOUBLINGS = 6;

    /** Where a replacement is. */
    public enum Phase {
        /** There is none. */
        NONE,
        /** The new instance starts; the old one serves. */
        STARTING,
        /** It did not start; the next attempt waits. */
        BACKING_OFF,
        /** It is ready, and the registry is being told. */
        SWAPPING,
        /** It could not be told, certainly; the next attempt waits. */
        SWAP_WAITING,
        /** The new instance serves; the old one finishes what it has. */
        DRAINING,
        /** The old one is asked for its diagnostics. */
        DIAGNOSING,
        /** The old one is being destroyed. */
        DESTROYING,
        /** The new one died; the registry is told that the old one serves again. */
        RESTORING,
        /** It could not be told; the next attempt waits. */
        RESTORE_WAITING,
        /** An operator stopped the service. Nothing is done any more. */
        STOPPED
    }

    /** What happened. */
    public enum EventType {
        /** The instance that serves had a memory error; the event says what comes of it by the policy. */
        ERROR_SEEN,
        /** The new instance of this number serves. */
        NEW_READY,
        /** The new instance of this number ended, or could not be started. */
        NEW_GONE,
        /** The old instance ended. */
        OLD_GONE,
        /** The registry did what it was told. */
        TOLD,
        /** It certainly did not. */
        NOT_TOLD,
        /** Nobody knows whether it did. */
        TOLD_UNKNOWN,
        /** The old instance has nothing under way any more. */
        DRAINED,
        /** The bundle is written, as far as it could be. */
        BUNDLE_DONE,
        /** The timer of this number ran out. */
        TIME_UP,
        /** Nothing happened for the time after which restarts are forgiven. */
        QUIET,
        /** An operator stops the service. */
        STOP
    }

    /**
     * Something that happened.
     *
     * @param number of the start or the timer, for the types that have one
     * @param growth for an error
     */
    public record Event(EventType type, int number, Optional<MemoryGrowth> growth) {
        /** An event without anything further. */
        public static Event of(EventType type) {
            return new Event(type, 0, Optional.empty());
        }

        /** An event of a start or a timer. */
        public static Event of(EventType type, int number) {
            return new Event(type, number, Optional.empty());
        }

        /** A memory error. */
        public static Event errorSeen(MemoryGrowth growth) {
            return new Event(EventType.ERROR_SEEN, 0, Optional.of(growth));
        }
    }

    /** What the keeper has to do. */
    public enum Action {
        /** Write MEMORY_ERROR_WITH_RESTART_BEFORE, durably, before the next action. */
        JOURNAL_BEFORE,
        /** Start an instance as {@link Replacement#growth} says; its number is {@link Replacement#starts}. */
        START_NEW,
        /** Tell the registry in one batch: the new instance UP, the old one DRAINING. */
        SWAP,
        /** Remember the new size. */
        REMEMBER_SIZE,
        /** Wait for what the old instance has under way. */
        DRAIN_OLD,
        /** Write the bundle of the old instance. */
        DIAGNOSE_OLD,
        /** Kill the old process. */
        DESTROY_OLD,
        /** Kill the new process. */
        DESTROY_NEW,
        /** Tell the registry: the old instance UP. */
        RESTORE_OLD,
        /** Write MEMORY_ERROR_WITH_RESTART_AFTER: the new instance serves. From now on it is the old one. */
        JOURNAL_AFTER_DONE,
        /** Write MEMORY_ERROR_WITH_RESTART_AFTER: it does not, and {@link Step#reason} says why. */
        JOURNAL_AFTER_FAILED,
        /** Write INTERRUPTED. */
        JOURNAL_INTERRUPTED,
        /** Write MEMORY_ERROR_WITHOUT_RESTART with {@link Step#reason}. */
        JOURNAL_WITHOUT_RESTART,
        /** Judge by the policy once more: there were further errors meanwhile. */
        LOOK_AGAIN,
        /** No instance is left: start one as after any other death. */
        HAND_BACK
    }

    /**
     * What comes of an event.
     *
     * @param next the state from now on
     * @param actions what to do, in this order
     * @param limit how long from now until the timer {@link Replacement#timer} runs out; without it a timer of that
     *     number that is running goes on
     * @param reason in words, where an action wants one; else empty
     */
    public record Step(Replacement next, List<Action> actions, Optional<Duration> limit, String reason) {}

    /** What comes of an event. One that means nothing now changes nothing. */
    public Step on(Event event, ReplacementTimes times) {
        if (phase == Phase.STOPPED) {
            return stay();
        }
        return switch (event.type()) {
            case ERROR_SEEN -> errorSeen(event.growth().orElseThrow(), times);
            case NEW_READY ->
                phase == Phase.STARTING && event.number() == starts
                        ? go(Phase.SWAPPING).act(Action.SWAP)
                        : stay();
            case NEW_GONE -> newAlive && event.number() == starts ? newGone(times) : stay();
            case OLD_GONE -> oldAlive ? oldGone(times) : stay();
            case TOLD -> told(times);
            case NOT_TOLD -> notTold(times);
            case TOLD_UNKNOWN -> toldUnknown();
            case DRAINED -> phase == Phase.DRAINING ? diagnose(times) : stay();
            case BUNDLE_DONE -> phase == Phase.DIAGNOSING ? destroy(times) : stay();
            case TIME_UP -> event.number() == timer ? timeUp(times) : stay();
            case QUIET ->
                phase == Phase.NONE
                        ? with(phase, 0, 0, oldAlive, newAlive, false, Optional.empty())
                                .act()
                        : stay();
            case STOP -> stop();
        };
    }

    private Step errorSeen(MemoryGrowth found, ReplacementTimes times) {
        if (phase != Phase.NONE) {
            return with(phase, attempts, restarts, oldAlive, newAlive, true, refused)
                    .act();
        }
        if (found instanceof Refused no) {
            Replacement told = with(phase, attempts, restarts, oldAlive, newAlive, false, Optional.of(no.reason()));
            return refused.equals(Optional.of(no.reason()))
                    ? told.act()
                    : told.act(no.reason() + ": " + no.text(), Action.JOURNAL_WITHOUT_RESTART);
        }
        Replacement begun = new Replacement(
                phase, timer, starts, 0, restarts + 1, oldAlive, false, false, Optional.empty(), Optional.of((Grown)
                        found));
        return begun.start(times, Action.JOURNAL_BEFORE, Action.START_NEW);
    }

    private Step start(ReplacementTimes times, Action... actions) {
        Replacement next = new Replacement(
                Phase.STARTING, timer + 1, starts + 1, attempts + 1, restarts, oldAlive, true, again, refused, growth);
        return new Step(next, List.of(actions), Optional.of(times.ready()), "");
    }

    private Step newGone(ReplacementTimes times) {
        Replacement alone = with(phase, attempts, restarts, oldAlive, false, again, refused);
        return switch (phase) {
            case STARTING -> alone.notStarted("the new instance ended before it served", times);
            case SWAP_WAITING, DRAINING, DIAGNOSING -> alone.restoreOrHandBack();
            case DESTROYING -> alone.failed("the new instance ended while the old one was destroyed", Action.HAND_BACK);
            case NONE, BACKING_OFF, SWAPPING, RESTORING, RESTORE_WAITING, STOPPED -> alone.act();
        };
    }

    private Step oldGone(ReplacementTimes times) {
        Replacement alone = with(phase, attempts, restarts, false, newAlive, again, refused);
        return switch (phase) {
            case BACKING_OFF -> alone.start(times, Action.START_NEW);
            case DRAINING -> alone.diagnose(times);
            case DESTROYING -> alone.done();
            case RESTORE_WAITING -> alone.failed("both instances ended", Action.HAND_BACK);
            case NONE, STOPPED -> stay();
            case STARTING, SWAPPING, SWAP_WAITING, DIAGNOSING, RESTORING -> alone.act();
        };
    }

    /** What is told while nothing is being told came too late to mean anything. */
    private Step told(ReplacementTimes times) {
        if (phase == Phase.RESTORING) {
            return oldAlive
                    ? failed("the new instance ended soon after it served; the old one serves again")
                    : failed("both instances ended", Action.HAND_BACK);
        }
        if (phase != Phase.SWAPPING) {
            return stay();
        }
        if (!newAlive) {
            return restoreOrHandBack();
        }
        if (!oldAlive) {
            return timed(Phase.DIAGNOSING, times.bundle(), Action.REMEMBER_SIZE, Action.DIAGNOSE_OLD);
        }
        return timed(Phase.DRAINING, times.drain(), Action.REMEMBER_SIZE, Action.DRAIN_OLD);
    }

    private Step notTold(ReplacementTimes times) {
        if (phase == Phase.RESTORING) {
            return oldAlive
                    ? timed(Phase.RESTORE_WAITING, times.swapRetry())
                    : failed("both instances ended", Action.HAND_BACK);
        }
        if (phase != Phase.SWAPPING) {
            return stay();
        }
        return newAlive ? timed(Phase.SWAP_WAITING, times.swapRetry()) : restoreOrHandBack();
    }

    /** Telling the same again is harmless, and the only way to know. */
    private Step toldUnknown() {
        if (phase == Phase.RESTORING) {
            return oldAlive ? act(Action.RESTORE_OLD) : failed("both instances ended", Action.HAND_BACK);
        }
        if (phase != Phase.SWAPPING) {
            return stay();
        }
        return newAlive ? act(Action.SWAP) : restoreOrHandBack();
    }

    private Step timeUp(ReplacementTimes times) {
        return switch (phase) {
            case STARTING -> tooSlow(times);
            case BACKING_OFF -> start(times, Action.START_NEW);
            case SWAP_WAITING -> go(Phase.SWAPPING).act(Action.SWAP);
            case RESTORE_WAITING -> go(Phase.RESTORING).act(Action.RESTORE_OLD);
            case DRAINING -> diagnose(times);
            case DIAGNOSING -> destroy(times);
            case DESTROYING -> timed(Phase.DESTROYING, times.destroy(), Action.DESTROY_OLD);
            case NONE, SWAPPING, RESTORING, STOPPED -> stay();
        };
    }

    private Step tooSlow(ReplacementTimes times) {
        Step failed = with(phase, attempts, restarts, oldAlive, false, again, refused)
                .notStarted("the new instance did not serve within " + times.ready(), times);
        List<Action> actions = new ArrayList<>(List.of(Action.DESTROY_NEW));
        actions.addAll(failed.actions());
        return new Step(failed.next(), List.copyOf(actions), failed.limit(), failed.reason());
    }

    /** The old one serves as before. */
    private Step notStarted(String why, ReplacementTimes times) {
        if (attempts < times.maxStarts()) {
            return oldAlive
                    ? timed(
                            Phase.BACKING_OFF,
                            times.backoff().multipliedBy(1L << Math.min(attempts - 1, MAX_DOUBLINGS)))
                    : start(times, Action.START_NEW);
        }
        String reason = why + ", " + attempts + " times";
        return oldAlive ? failed(reason) : failed(reason, Action.HAND_BACK);
    }

    /** An earlier attempt to swap may have been done though nobody heard of it; undoing nothing is harmless. */
    private Step restoreOrHandBack() {
        return oldAlive
                ? go(Phase.RESTORING).act(Action.RESTORE_OLD)
                : failed("both instances ended", Action.HAND_BACK);
    }

    private Step diagnose(ReplacementTimes times) {
        return timed(Phase.DIAGNOSING, times.bundle(), Action.DIAGNOSE_OLD);
    }

    private Step destroy(ReplacementTimes times) {
        return oldAlive ? timed(Phase.DESTROYING, times.destroy(), Action.DESTROY_OLD) : done();
    }

    private Step done() {
        return over(Action.JOURNAL_AFTER_DONE, "", List.of());
    }

    private Step failed(String reason, Action... further) {
        return over(Action.JOURNAL_AFTER_FAILED, reason, List.of(further));
    }

    /** One instance is there again, or soon will be; it is the old one of the next replacement. */
    private Step over(Action journal, String reason, List<Action> further) {
        List<Action> actions = new ArrayList<>(List.of(journal));
        actions.addAll(further);
        if (again) {
            actions.add(Action.LOOK_AGAIN);
        }
        Replacement next =
                NONE.with(Phase.NONE, 0, restarts, true, false, false, refused).numbered(this);
        return new Step(next, List.copyOf(actions), Optional.empty(), reason);
    }

    private Step stop() {
        Replacement next = with(Phase.STOPPED, attempts, restarts, oldAlive, newAlive, false, refused);
        return switch (phase) {
            case NONE, STOPPED -> next.act();
            case STARTING, SWAPPING, SWAP_WAITING -> next.act(Action.DESTROY_NEW, Action.JOURNAL_INTERRUPTED);
            case DRAINING, DIAGNOSING, DESTROYING -> next.act(Action.DESTROY_OLD, Action.JOURNAL_INTERRUPTED);
            case BACKING_OFF, RESTORING, RESTORE_WAITING -> next.act(Action.JOURNAL_INTERRUPTED);
        };
    }

    private Replacement with(
            Phase phase,
            int attempts,
            int restarts,
            boolean oldAlive,
            boolean newAlive,
            boolean again,
            Optional<Reason> refused) {
        return new Replacement(phase, timer, starts, attempts, restarts, oldAlive, newAlive, again, refused, growth);
    }

    /** Numbers go on, so that what is late is known to be late. */
    private Replacement numbered(Replacement before) {
        return new Replacement(
                phase, before.timer + 1, before.starts, attempts, restarts, oldAlive, newAlive, again, refused, growth);
    }

    private Replacement go(Phase next) {
        return with(next, attempts, restarts, oldAlive, newAlive, again, refused)
                .numbered(this);
    }

    private Step timed(Phase next, Duration limit, Action... actions) {
        return new Step(go(next), List.of(actions), Optional.of(limit), "");
    }

    private Step stay() {
        return act();
    }

    private Step act(Action... actions) {
        return act("", actions);
    }

    private Step act(String reason, Action... actions) {
        return new Step(this, List.of(actions), Optional.empty(), reason);
    }
}
