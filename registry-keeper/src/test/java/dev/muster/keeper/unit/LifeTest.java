// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.unit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.keeper.manifest.Kind;
import dev.muster.keeper.manifest.Manifest;
import dev.muster.keeper.manifest.Manifest.Memory;
import dev.muster.keeper.manifest.Manifest.Probe;
import dev.muster.keeper.manifest.Manifest.Restart;
import dev.muster.keeper.manifest.Manifest.Target;
import dev.muster.keeper.process.Exit;
import dev.muster.keeper.process.ProcessId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LifeTest {
    private static final Exit KILLED = new Exit(Exit.How.SIGNAL, 9);
    private static final IncidentType BEFORE = IncidentType.before(Kind.SERVICE);
    private static final IncidentType AFTER = IncidentType.after(Kind.SERVICE);

    private Instant now = Instant.ofEpochSecond(1_000);
    private long pid = 100;
    private Life life = resume(Memo.NEW, null);

    @Test
    void firstStartIsNoIncident() {
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.Start(1));
        life.started(process(), now);
        life.answered(true, now);
        assertThat(life.acts()).containsExactly(new Act.Show(true));
        assertThat(life.phase()).isEqualTo(Phase.READY);
    }

    @Test
    void firstStartWaitsForOthersAndARestartDoesNot() {
        life.tick(false, now);
        assertThat(life.acts()).isEmpty();
        run();
        life.exited(KILLED, now);
        life.acts();
        life.tick(false, now);
        assertThat(life.acts()).contains(new Act.Start(2));
    }

    @Test
    void unitsThatAMachineLostWaitForOthersAgain() {
        run();
        life = resume(life.memo(), null);
        life.acts();
        life.tick(false, now);
        assertThat(life.acts()).isEmpty();
        life.tick(true, now);
        assertThat(life.acts()).contains(new Act.Start(2));
    }

    @Test
    void endedUnitIsAnnouncedAndStartedAtOnceAndItsOutcomeTold() {
        run();
        life.exited(KILLED, now);
        assertThat(life.acts()).containsExactly(new Act.Withdraw());
        life.tick(true, now);
        List<Act> acts = life.acts();
        assertThat(told(acts)).containsExactly(BEFORE);
        assertThat(acts.get(0).toString()).contains("SIGKILL (pid 101); starting again, 1 of 3 in 60 s");
        assertThat(acts.get(1)).isEqualTo(new Act.Start(2));
        life.started(process(), now);
        now = now.plusMillis(250);
        life.answered(true, now);
        acts = life.acts();
        assertThat(told(acts)).containsExactly(AFTER);
        assertThat(acts.toString()).contains("OK: pid 102, ready 250 ms after the end");
    }

    @Test
    void exitWithZeroIsHealedLikeAnyOther() {
        run();
        life.exited(new Exit(Exit.How.EXIT, 0), now);
        life.tick(true, now);
        assertThat(life.acts()).contains(new Act.Start(2));
    }

    @Test
    void crashLoopWaitsLongerAndLongerAndIsGivenUp() {
        run();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            life.exited(KILLED, now);
            waits.add(untilStart());
            life.started(process(), now);
        }
        life.exited(KILLED, now);
        assertThat(told(life.acts())).containsExactly(AFTER, IncidentType.GAVE_UP);
        assertThat(waits.get(0)).isZero();
        assertThat(waits.get(1)).isBetween(500L, 1_000L);
        assertThat(waits.get(2)).isBetween(1_000L, 2_000L);
        now = now.plus(Duration.ofDays(1));
        life.tick(true, now);
        assertThat(life.acts()).isEmpty();

        life.start(now);
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.Start(5));
    }

    @Test
    void restartsOlderThanTheWindowAreForgotten() {
        run();
        for (int i = 0; i < 20; i++) {
            now = now.plusSeconds(61);
            life.exited(KILLED, now);
            assertThat(untilStart()).isZero();
            life.started(process(), now);
            life.answered(true, now);
        }
        assertThat(life.memo().gaveUp()).isFalse();
    }

    @Test
    void operatorsStopDrainsEndsAndIsNeverFought() {
        run();
        life.stop(now);
        assertThat(life.acts()).containsExactly(new Act.Drain());
        now = now.plusSeconds(1);
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.Withdraw(), new Act.Stop());
        now = now.plusSeconds(5);
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.Kill());
        life.exited(KILLED, now);
        life.acts();
        life = resume(life.memo(), null);
        for (int i = 0; i < 100; i++) {
            now = now.plusSeconds(10);
            life.tick(true, now);
        }
        assertThat(life.acts()).isEmpty();
        assertThat(life.memo().wanted()).isFalse();
    }

    @Test
    void stopAtAnyMomentEndsInNoProcess() {
        for (int moment = 0; moment < 4; moment++) {
            now = Instant.ofEpochSecond(1_000);
            life = resume(Memo.NEW, null);
            if (moment > 0) {
                life.tick(true, now);
                life.started(process(), now);
            }
            if (moment > 1) {
                life.answered(true, now);
            }
            if (moment > 2) {
                life.hangs("no answer", now);
            }
            life.stop(now);
            now = now.plusSeconds(2);
            life.tick(true, now);
            life.exited(KILLED, now);
            life.acts();
            now = now.plusSeconds(1_000);
            life.tick(true, now);
            assertThat(life.acts()).as("moment %s", moment).isEmpty();
            assertThat(life.phase()).isEqualTo(Phase.DOWN);
        }
    }

    @Test
    void orderedRestartIsNoIncident() {
        run();
        life.restart(now);
        now = now.plusSeconds(1);
        life.tick(true, now);
        life.exited(new Exit(Exit.How.EXIT, 0), now);
        life.acts();
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.Start(2));
    }

    @Test
    void hungUnitIsHiddenDumpedEndedAndStartedAgain() {
        run();
        life.hangs("no answer", now);
        List<Act> acts = life.acts();
        assertThat(acts.get(0)).isEqualTo(new Act.Show(false));
        assertThat(told(acts)).containsExactly(IncidentType.PROCESS_HUNG);
        assertThat(acts.get(2)).isEqualTo(new Act.DumpAndKill());
        life.exited(KILLED, now);
        life.tick(true, now);
        acts = life.acts();
        assertThat(told(acts)).containsExactly(BEFORE);
        assertThat(acts.toString()).contains("hung: no answer");
    }

    @Test
    void unitThatDoesNotBecomeReadyInTimeIsEndedAndItsStartFailed() {
        run();
        life.exited(KILLED, now);
        untilStart();
        life.started(process(), now);
        now = now.plusSeconds(20);
        life.tick(true, now);
        assertThat(life.acts()).containsExactly(new Act.DumpAndKill());
        life.exited(KILLED, now);
        List<Act> acts = life.acts();
        assertThat(told(acts)).startsWith(AFTER);
        assertThat(acts.toString()).contains("FAILED: not ready within 20 s");
    }

    @Test
    void pausedUnitIsLeftAloneUntilThePauseEnds() {
        run();
        life.pause(now.plusSeconds(30));
        life.hangs("no answer", now);
        assertThat(life.acts()).containsExactly(new Act.Show(false));
        life.exited(KILLED, now);
        life.acts();
        now = now.plusSeconds(29);
        life.tick(true, now);
        assertThat(life.acts()).isEmpty();
        now = now.plusSeconds(1);
        life.tick(true, now);
        assertThat(life.acts()).contains(new Act.Start(2));
    }

    @Test
    void nextKeeperAdoptsWhatRunsAndHealsWhatDoesNot() {
        run();
        Memo memo = life.memo();
        life = resume(memo, memo.process());
        assertThat(life.acts()).containsExactly(new Act.Show(true));
        life.tick(true, now);
        assertThat(life.acts()).isEmpty();

        life = resume(memo, null);
        assertThat(life.acts()).containsExactly(new Act.Show(false));
        life.tick(true, now);
        assertThat(told(life.acts())).containsExactly(BEFORE);
    }

    @Test
    void technicalUnitIsToldOfInItsOwnWords() {
        life = Life.resume(manifest(Kind.TECHNICAL), Memo.NEW, null, now, new Random(1));
        run();
        life.exited(KILLED, now);
        assertThat(told(life.acts()))
                .containsExactly(
                        IncidentType.PROCESS_PID_IS_NOT_ALIVE,
                        IncidentType.PROCESS_PID_IS_NOT_ALIVE_ADD_TO_RESTART_LIST);
        life.tick(true, now);
        assertThat(told(life.acts())).containsExactly(IncidentType.before(Kind.TECHNICAL));
        life.started(process(), now);
        life.answered(true, now);
        assertThat(told(life.acts())).containsExactly(IncidentType.after(Kind.TECHNICAL));
    }

    /** Whatever happens in whatever order: never two processes, never one that is not wanted, each BEFORE has its end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyStoryKeepsThePromises(long seed) {
        Random random = new Random(seed);
        life = Life.resume(manifest(Kind.SERVICE), Memo.NEW, null, now, random);
        ProcessId running = null;
        int open = 0;
        for (int step = 0; step < 5_000; step++) {
            now = now.plusMillis(random.nextInt(3_000));
            switch (random.nextInt(12)) {
                case 0 -> life.stop(now);
                case 1 -> life.start(now);
                case 2 -> life.restart(now);
                case 3 -> life.pause(now.plusSeconds(random.nextInt(5)));
                case 4 -> life.hangs("no answer", now);
                case 5, 6 -> life.answered(random.nextBoolean(), now);
                case 7 -> {
                    if (running != null) {
                        running = null;
                        life.exited(KILLED, now);
                    }
                }
                case 8 -> {
                    life.acts();
                    open = 0;
                    life = Life.resume(manifest(Kind.SERVICE), life.memo(), running, now, random);
                }
                default -> life.tick(true, now);
            }
            for (List<Act> acts = life.acts(); !acts.isEmpty(); acts = life.acts()) {
                for (Act act : acts) {
                    if (act instanceof Act.Start) {
                        assertThat(running).as("one process at a time").isNull();
                        assertThat(life.memo().wanted())
                                .as("only what is wanted is started")
                                .isTrue();
                        if (random.nextInt(5) == 0) {
                            life.notStarted("no such file", now);
                        } else {
                            running = process();
                            life.started(running, now);
                        }
                    } else if (act instanceof Act.Kill || act instanceof Act.DumpAndKill) {
                        if (running != null) {
                            running = null;
                            life.exited(KILLED, now);
                        }
                    } else if (act instanceof Act.Tell tell) {
                        open += tell.type().isBefore() ? 1 : tell.type().isEnd() ? -1 : 0;
                        assertThat(open).as("each BEFORE has one end, in turns").isBetween(0, 1);
                    }
                }
            }
            assertThat(life.phase() == Phase.DOWN).isEqualTo(running == null);
        }
    }

    private void run() {
        life.tick(true, now);
        life.started(process(), now);
        life.answered(true, now);
        life.acts();
    }

    /** Lets time pass until it is started; returns how many milliseconds it took. */
    private long untilStart() {
        Instant from = now;
        for (int i = 0; i < 100_000; i++) {
            life.tick(true, now);
            if (life.acts().stream().anyMatch(Act.Start.class::isInstance)) {
                return Duration.between(from, now).toMillis();
            }
            now = now.plusMillis(1);
        }
        throw new AssertionError("not started");
    }

    private static List<IncidentType> told(List<Act> acts) {
        return acts.stream()
                .filter(Act.Tell.class::isInstance)
                .map(act -> ((Act.Tell) act).type())
                .toList();
    }

    private Life resume(Memo memo, ProcessId running) {
        return Life.resume(manifest(Kind.SERVICE), memo, running, now, new Random(1));
    }

    private ProcessId process() {
        pid++;
        return new ProcessId("boot", pid, pid);
    }

    private static Manifest manifest(Kind kind) {
        Probe probe = new Probe(new Target.Tcp("x", "1"), Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1);
        return new Manifest(
                "orders-1",
                kind,
                List.of("/bin/true"),
                Map.of(),
                Path.of("/"),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(probe),
                Optional.empty(),
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                new Restart(Duration.ofSeconds(1), Duration.ofSeconds(30), 3, Duration.ofMinutes(1)),
                new Memory(15, Optional.empty(), 3),
                List.of());
    }
}
