// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Fault;
import dev.muster.testing.history.LeaseLife;
import dev.muster.testing.history.LeaseLife.Beat;
import dev.muster.testing.history.LeaseLife.Look;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether leases end in time: never before their time has passed since an acknowledged keep-alive was sent, and not
 * longer than a bound after the last one that may have been heard. A fault may give them their full time once more, and
 * while one lasts nobody may be there to end them. Stateless.
 */
public final class LeaseTimes {
    private LeaseTimes() {}

    /**
     * Judges each lease.
     *
     * @param grace how much later than its time a lease may end while nothing is wrong
     */
    public static List<Violation> check(List<LeaseLife> lives, List<Fault> faults, Duration grace) {
        List<Violation> violations = new ArrayList<>();
        for (LeaseLife life : lives) {
            for (Look look : life.looks()) {
                if (look.present()) {
                    late(life, look, faults, grace, violations);
                } else {
                    early(life, look, violations);
                }
            }
        }
        return violations;
    }

    private static void early(LeaseLife life, Look look, List<Violation> violations) {
        for (Beat beat : life.beats()) {
            long left = beat.invoked() + life.ttl().toNanos() - look.returned();
            if (beat.acknowledged() && left > 0) {
                violations.add(new Violation(
                        Promise.EARLY_EXPIRIES,
                        life.key() + " was gone (expected: listed for " + left / 1_000_000
                                + " ms more, since its keep-alive was acknowledged)",
                        look.returned(),
                        life.key()));
                return;
            }
        }
    }

    private static void late(
            LeaseLife life, Look look, List<Fault> faults, Duration grace, List<Violation> violations) {
        long since = life.beats().stream().mapToLong(Beat::returned).max().orElse(look.invoked());
        for (Fault fault : faults) {
            if (fault.begun() <= look.invoked()) {
                since = Math.max(since, fault.healed());
            }
        }
        long over = look.invoked() - since - life.ttl().plus(grace).toNanos();
        if (over > 0) {
            violations.add(new Violation(
                    Promise.LATE_EXPIRIES,
                    life.key() + " was listed (expected: gone " + over / 1_000_000 + " ms before)",
                    look.invoked(),
                    life.key()));
        }
    }
}
