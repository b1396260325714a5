// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import java.time.Duration;
import java.util.List;

/**
 * How much is done. Immutable.
 *
 * @param rounds that alternate between the systems
 * @param warmUp load before each system is measured
 * @param time each work is measured for
 * @param faults of each kind, over all rounds
 * @param watchers of one service, each a line
 * @param leases that are kept alive, each a line
 * @param leaseTtl of them, long enough that all are granted before the first ends; each is renewed every third of it
 * @param services with a cached list in one client
 * @param instances that memory, snapshot and restart are measured with, each a line
 */
public record Scale(
        int rounds,
        Duration warmUp,
        Duration time,
        int faults,
        List<Integer> watchers,
        List<Integer> leases,
        Duration leaseTtl,
        int services,
        List<Integer> instances) {
    /** What the documents quote. */
    public static final Scale FULL = new Scale(
            5,
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            20,
            List.of(1, 100, 1000),
            List.of(10_000, 100_000),
            Duration.ofSeconds(90),
            10_000,
            List.of(100_000, 1_000_000));

    /** A first impression. */
    public static final Scale QUICK = new Scale(
            2,
            Duration.ofSeconds(30),
            Duration.ofSeconds(4),
            6,
            List.of(1, 100),
            List.of(10_000),
            Duration.ofSeconds(90),
            10_000,
            List.of(100_000));

    /** Shows that it runs, measures nothing. */
    public static final Scale SMOKE = new Scale(
            1,
            Duration.ZERO,
            Duration.ofSeconds(3),
            1,
            List.of(1, 20),
            List.of(1_000),
            Duration.ofSeconds(15),
            100,
            List.of(2_000));

    /** With another number of rounds. */
    public Scale rounds(int other) {
        return new Scale(other, warmUp, time, faults, watchers, leases, leaseTtl, services, instances);
    }

    /** With another warm-up. */
    public Scale warmUp(Duration other) {
        return new Scale(rounds, other, time, faults, watchers, leases, leaseTtl, services, instances);
    }

    /** With another number of faults. */
    public Scale faults(int other) {
        return new Scale(rounds, warmUp, time, other, watchers, leases, leaseTtl, services, instances);
    }

    /** How many faults fall on one round: all rounds together have at least as many as asked for. */
    int faultsInARound() {
        return (faults + rounds - 1) / rounds;
    }
}
