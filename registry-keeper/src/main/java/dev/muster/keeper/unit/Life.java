// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

import dev.muster.keeper.manifest.Kind;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.process.Exit;
import dev.muster.keeper.process.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The life of one unit: takes what happened, and says what to do. Time and chance are handed in, and it touches nothing
 * else, so that it can be run in a loop by a test.
 *
 * <p>A unit that ends without having been asked to is started again: at once, then after growing waits, until it has used
 * up its budget. Nothing here waits for a registry. For one thread.
 */
public final class Life {
    private final Manifest manifest;
    private final RandomGenerator random;
    private final List<Act> acts = new ArrayList<>();

    private boolean wanted;
    private Phase phase;
    private long starts;
    private @Nullable ProcessId process;
    private List<Instant> restarts;
    private boolean gaveUp;
    private Instant pausedUntil;
    private @Nullable String cause;

    private Instant since = Instant.EPOCH;
    private Instant nextStart = Instant.EPOCH;
    /** When the process ended whose successor is being started: then its AFTER is owed. */
    private @Nullable Instant endedAt;
    /** Whether it was started or adopted by this keeper: from then on it waits for nobody. */
    private boolean met;

    private Life(Manifest manifest, Memo memo, RandomGenerator random) {
        this.manifest = manifest;
        this.random = random;
        wanted = memo.wanted();
        phase = memo.phase();
        starts = memo.starts();
        process = memo.process();
        restarts = memo.restarts().stream().map(Instant::ofEpochMilli).toList();
        gaveUp = memo.gaveUp();
        pausedUntil = Instant.ofEpochMilli(memo.pausedUntil());
        cause = memo.cause();
    }

    /**
     * Goes on where a keeper before left off.
     *
     * @param running the unit's process if one was found running, else null
     */
    public static Life resume(
            Manifest manifest, Memo memo, @Nullable ProcessId running, Instant now, RandomGenerator random) {
        Life life = new Life(manifest, memo, random);
        if (running == null) {
            life.missing(now);
        } else {
            life.adopt(running, now);
        }
        return life;
    }

    private void missing(Instant now) {
        boolean shouldRun = phase != Phase.DOWN && phase != Phase.DRAINING && phase != Phase.STOPPING;
        if (phase != Phase.DOWN) {
            // It may still be listed by the session of the keeper before.
            acts.add(new Act.Show(false));
        }
        process = null;
        enter(Phase.DOWN, now);
        if (shouldRun && wanted) {
            failed("ended while no keeper ran", now);
        }
    }

    private void adopt(ProcessId running, Instant now) {
        process = running;
        met = true;
        switch (phase) {
            // Found by its mark: the keeper before did not come to note it.
            case DOWN -> enter(Phase.STARTING, now);
            case READY -> {
                enter(Phase.READY, now);
                acts.add(new Act.Show(true));
            }
            case UNREADY -> {
                enter(Phase.UNREADY, now);
                acts.add(new Act.Show(false));
            }
            case STARTING -> enter(Phase.STARTING, now);
            case DRAINING, STOPPING -> stopNow(now);
            case HUNG -> {
                enter(Phase.HUNG, now);
                acts.add(new Act.Kill());
            }
        }
    }

    /** What is to be done now, in this order. Empties the list. */
    public List<Act> acts() {
        List<Act> due = List.copyOf(acts);
        acts.clear();
        return due;
    }

    /** What has to be on the disk before any of it is done. */
    public Memo memo() {
        return new Memo(
                wanted,
                phase,
                starts,
                process,
                restarts.stream().map(Instant::toEpochMilli).toList(),
                gaveUp,
                pausedUntil.toEpochMilli(),
                cause);
    }

    /** How it stands. */
    public Phase phase() {
        return phase;
    }

    /** Since when. */
    public Instant since() {
        return since;
    }

    /** Its process, if it has one that is known. */
    public Optional<ProcessId> process() {
        return Optional.ofNullable(process);
    }

    // ---- what happens ---------------------------------------------------------------------------------------------

    /**
     * Time passes.
     *
     * @param mayStart whether all that it waits for is ready. It counts for the first start under a keeper, since after
     *     that of the machine all units are missing; a unit that ends later waits for nobody
     */
    public void tick(boolean mayStart, Instant now) {
        switch (phase) {
            case DOWN -> {
                if (wanted && !gaveUp && !now.isBefore(nextStart)) {
                    startIfDue(mayStart, now);
                }
            }
            case STARTING -> {
                if (isPast(manifest.start(), now)) {
                    cause = "not ready within " + text(manifest.start());
                    hang(now);
                }
            }
            case DRAINING -> {
                if (isPast(manifest.drain(), now)) {
                    stopNow(now);
                }
            }
            case STOPPING, HUNG -> {
                if (isPast(manifest.grace(), now)) {
                    enter(phase, now);
                    acts.add(new Act.Kill());
                }
            }
            case READY, UNREADY -> {}
        }
    }

    private void startIfDue(boolean mayStart, Instant now) {
        if (cause != null && now.isBefore(pausedUntil)) {
            return;
        }
        if (!met && !mayStart) {
            return;
        }
        met = true;
        starts++;
        enter(Phase.STARTING, now);
        if (cause != null) {
            tell(
                    IncidentType.before(manifest.kind()),
                    starts,
                    cause + "; starting again, " + restarts.size() + " of "
                            + manifest.restart().budget() + " in "
                            + text(manifest.restart().window()));
            endedAt = endedAt == null ? now : endedAt;
        }
        acts.add(new Act.Start(starts));
    }

    /** Its process runs. */
    public void started(ProcessId running, Instant now) {
        process = running;
        if (manifest.ready().isEmpty() && manifest.alive().isEmpty()) {
            answered(true, now);
        }
    }

    /** It could not be started. */
    public void notStarted(String why, Instant now) {
        ended(why, now);
    }

    /** A question whether it may be called was answered, all things considered. */
    public void answered(boolean ready, Instant now) {
        if (ready && (phase == Phase.STARTING || phase == Phase.UNREADY)) {
            boolean first = phase == Phase.STARTING;
            enter(Phase.READY, now);
            acts.add(new Act.Show(true));
            if (first) {
                begun(now);
            }
        } else if (!ready && phase == Phase.READY) {
            enter(Phase.UNREADY, now);
            acts.add(new Act.Show(false));
        }
    }

    private void begun(Instant now) {
        Instant ended = endedAt;
        if (ended != null) {
            ProcessId running = process;
            tell(
                    IncidentType.after(manifest.kind()),
                    starts,
                    "OK: pid " + (running == null ? "unknown" : running.pid()) + ", ready "
                            + Duration.between(ended, now).toMillis() + " ms after the end");
        }
        endedAt = null;
        cause = null;
    }

    /** Another process of the unit serves in its place. */
    public void takenOver(ProcessId by, long start, Instant now) {
        process = by;
        starts = start;
        cause = null;
        endedAt = null;
        enter(Phase.READY, now);
    }

    /** It is to be believed that it hangs. */
    public void hangs(String why, Instant now) {
        if (phase != Phase.READY && phase != Phase.UNREADY) {
            return;
        }
        if (now.isBefore(pausedUntil)) {
            answered(false, now);
            return;
        }
        cause = "hung: " + why;
        acts.add(new Act.Show(false));
        tell(IncidentType.PROCESS_HUNG, starts + 1, why);
        hang(now);
    }

    private void hang(Instant now) {
        enter(Phase.HUNG, now);
        acts.add(new Act.DumpAndKill());
    }

    /** Its process is gone. */
    public void exited(Exit exit, Instant now) {
        ProcessId gone = process;
        String pid = gone == null ? "" : " (pid " + gone.pid() + ")";
        switch (phase) {
            case DOWN -> {}
            case DRAINING, STOPPING -> {
                process = null;
                acts.add(new Act.Withdraw());
                enter(Phase.DOWN, now);
                nextStart = now;
            }
            case HUNG -> ended((cause == null ? "hung" : cause) + pid, now);
            case STARTING, READY, UNREADY -> ended(exit + pid, now);
        }
    }

    /** It ended, and nobody had asked it to. */
    private void ended(String why, Instant now) {
        boolean owed = endedAt != null && phase != Phase.READY && phase != Phase.UNREADY;
        process = null;
        acts.add(new Act.Withdraw());
        if (owed) {
            tell(IncidentType.after(manifest.kind()), starts, "FAILED: " + why);
        }
        enter(Phase.DOWN, now);
        if (wanted) {
            failed(why, now);
        }
    }

    private void failed(String why, Instant now) {
        cause = why;
        endedAt = now;
        if (manifest.kind() == Kind.TECHNICAL) {
            tell(IncidentType.PROCESS_PID_IS_NOT_ALIVE, starts + 1, why);
        }
        Instant from = now.minus(manifest.restart().window());
        List<Instant> lately = new ArrayList<>(
                restarts.stream().filter(restart -> restart.isAfter(from)).toList());
        if (lately.size() >= manifest.restart().budget()) {
            restarts = List.copyOf(lately);
            gaveUp = true;
            endedAt = null;
            tell(
                    IncidentType.GAVE_UP,
                    starts + 1,
                    why + "; started again " + lately.size() + " times in "
                            + text(manifest.restart().window()) + ", not started again until an operator does");
            return;
        }
        Duration wait = wait(lately.size());
        lately.add(now);
        restarts = List.copyOf(lately);
        nextStart = now.plus(wait);
        if (manifest.kind() == Kind.TECHNICAL) {
            tell(IncidentType.PROCESS_PID_IS_NOT_ALIVE_ADD_TO_RESTART_LIST, starts + 1, "it should be running");
        }
        if (!wait.isZero()) {
            tell(
                    IncidentType.CRASH_LOOP_BACKOFF,
                    starts + 1,
                    why + "; waiting " + wait.toMillis() + " ms before start " + lately.size() + " of "
                            + manifest.restart().budget());
        }
    }

    /** None before the first, then doubling, each between half and whole so that not all units come at once. */
    private Duration wait(int before) {
        if (before == 0) {
            return Duration.ZERO;
        }
        long most = manifest.restart().most().toMillis();
        long first = manifest.restart().backoff().toMillis();
        long whole = Math.min(most, first << Math.min(before - 1, 20));
        return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
    }

    // ---- orders ---------------------------------------------------------------------------------------------------

    /** An operator wants it to run, whatever happened before. */
    public void start(Instant now) {
        wanted = true;
        forgive(now);
    }

    /** An operator wants it not to run, for as long as nobody says otherwise. */
    public void stop(Instant now) {
        wanted = false;
        forgive(now);
        end(now);
    }

    /** An operator wants it to run anew. */
    public void restart(Instant now) {
        wanted = true;
        forgive(now);
        end(now);
    }

    /** An operator wants it left alone until then: what ends is not started again, what hangs is not ended. */
    public void pause(Instant until) {
        pausedUntil = until;
    }

    private void forgive(Instant now) {
        gaveUp = false;
        restarts = List.of();
        nextStart = now;
        if (phase == Phase.DOWN) {
            cause = null;
            endedAt = null;
        }
    }

    private void end(Instant now) {
        switch (phase) {
            case READY, UNREADY -> {
                enter(Phase.DRAINING, now);
                acts.add(new Act.Drain());
            }
            case STARTING -> {
                if (endedAt != null) {
                    tell(IncidentType.after(manifest.kind()), starts, "FAILED: stopped by an operator");
                    endedAt = null;
                }
                stopNow(now);
            }
            case DOWN, DRAINING, STOPPING, HUNG -> {}
        }
    }

    private void stopNow(Instant now) {
        cause = null;
        enter(Phase.STOPPING, now);
        acts.add(new Act.Withdraw());
        acts.add(new Act.Stop());
    }

    // ---- small things ---------------------------------------------------------------------------------------------

    private void tell(IncidentType type, long start, String text) {
        acts.add(new Act.Tell(type, start, text));
    }

    private void enter(Phase next, Instant now) {
        phase = next;
        since = now;
    }

    private boolean isPast(Duration length, Instant now) {
        return !now.isBefore(since.plus(length));
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
    }
}
