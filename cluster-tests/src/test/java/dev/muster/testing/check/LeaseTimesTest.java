// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Fault;
import dev.muster.testing.history.LeaseLife;
import dev.muster.testing.history.LeaseLife.Beat;
import dev.muster.testing.history.LeaseLife.Look;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaseTimesTest {
    private static final Duration TTL = Duration.ofNanos(100);
    private static final Duration GRACE = Duration.ofNanos(20);
    private static final List<Beat> BEATS = List.of(new Beat(0, 1, true), new Beat(50, 60, true));

    @Test
    void leaseThatEndsInItsTimeIsRight() {
        assertThat(judge(BEATS, present(140, 150), absent(149, 151), absent(500, 501)))
                .isEmpty();
        assertThat(judge(BEATS, present(180, 181), absent(182, 183))).isEmpty();
    }

    @Test
    void keepAliveThatNobodyAcknowledgedPromisesNothing() {
        assertThat(judge(List.of(new Beat(0, 1, true), new Beat(50, 60, false)), absent(99, 101)))
                .isEmpty();
        assertThat(judge(List.of(new Beat(0, 1, true), new Beat(50, 60, false)), present(179, 180)))
                .isEmpty();
    }

    @Test
    void leaseThatEndsBeforeItsTimeIsSeen() {
        assertThat(judge(BEATS, absent(140, 149)))
                .extracting(Violation::promise)
                .containsExactly(Promise.EARLY_EXPIRIES);
        assertThat(judge(BEATS, absent(40, 45))).extracting(Violation::promise).containsExactly(Promise.EARLY_EXPIRIES);
    }

    @Test
    void leaseThatLivesOnBeyondItsTimeIsSeen() {
        assertThat(judge(BEATS, present(181, 182)))
                .extracting(Violation::promise)
                .containsExactly(Promise.LATE_EXPIRIES);
    }

    @Test
    void faultGivesItItsFullTimeOnceMoreAndNoMore() {
        List<Fault> faults = List.of(new Fault("kill", "n1", "", 100, 170));
        List<LeaseLife> alive = List.of(new LeaseLife("s/k", TTL, BEATS, List.of(present(290, 291))));
        List<LeaseLife> late = List.of(new LeaseLife("s/k", TTL, BEATS, List.of(present(291, 292))));
        assertThat(LeaseTimes.check(alive, faults, GRACE)).isEmpty();
        assertThat(LeaseTimes.check(late, faults, GRACE)).hasSize(1);
    }

    private static List<Violation> judge(List<Beat> beats, Look... looks) {
        return LeaseTimes.check(List.of(new LeaseLife("s/k", TTL, beats, List.of(looks))), List.of(), GRACE);
    }

    private static Look present(long from, long to) {
        return new Look(from, to, true);
    }

    private static Look absent(long from, long to) {
        return new Look(from, to, false);
    }
}
