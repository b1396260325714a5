// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.client.KeyLedger;
import dev.muster.client.KeyStatus;
import dev.muster.client.LedgerRange;
import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether numbers are given out once: sets are disjoint whoever got them, those of one client rise, each lies in one range
 * of the ledger that names its owner, and the ledger has no range that nobody asked for. Stateless.
 */
public final class IssuedNumbers {
    private IssuedNumbers() {}

    /** Judges what was taken of one keyspace below 64 bits, by owners that took whole sets only. */
    public static List<Violation> check(List<Operation> operations, KeyLedger ledger) {
        List<Operation> asked = operations.stream()
                .filter(operation -> operation.kind() == Kind.TAKE
                        && operation.key().equals(ledger.keyspace().name()))
                .toList();
        List<Operation> taken = asked.stream()
                .filter(operation -> operation.outcome() == Outcome.OK)
                .toList();
        List<Violation> violations = new ArrayList<>();
        disjoint(taken, violations);
        rising(taken, violations);
        inLedger(taken, ledger, violations);
        askedFor(asked, ledger, violations);
        if (ledger.keyspace().summarised() > 0) {
            violations.add(new Violation(
                    Promise.UNDECIDED, ledger.keyspace() + " (expected: all ranges in the ledger)", 0, "ledger"));
        }
        return violations;
    }

    private static void disjoint(List<Operation> taken, List<Violation> violations) {
        List<Operation> byFirst = taken.stream()
                .sorted(Comparator.comparingLong(IssuedNumbers::first))
                .toList();
        for (int i = 1; i < byFirst.size(); i++) {
            if (first(byFirst.get(i)) <= last(byFirst.get(i - 1))) {
                violations.add(
                        violation(byFirst.get(i), "nothing of what was given out before: " + byFirst.get(i - 1)));
            }
        }
    }

    private static void rising(List<Operation> taken, List<Violation> violations) {
        Map<String, Operation> newest = new HashMap<>();
        for (Operation set : taken) {
            Operation before = newest.put(set.client(), set);
            if (before != null && first(set) <= last(before)) {
                violations.add(violation(set, "above the set before it: " + before));
            }
        }
    }

    private static void inLedger(List<Operation> taken, KeyLedger ledger, List<Violation> violations) {
        TreeMap<Long, LedgerRange> ranges = new TreeMap<>();
        LedgerRange before = null;
        for (LedgerRange range : ledger.ranges()) {
            ranges.put(range.first().toLong(), range);
            if (before != null && range.first().toLong() != before.last().toLong() + 1) {
                violations.add(new Violation(
                        Promise.DUP_KEYS,
                        range + " (expected: right behind " + before + " in the ledger)",
                        0,
                        "ledger"));
            }
            before = range;
        }
        for (Operation set : taken) {
            Map.Entry<Long, LedgerRange> found = ranges.floorEntry(first(set));
            if (found == null
                    || found.getValue().last().toLong() < last(set)
                    || !found.getValue().owner().equals(set.client())
                    || found.getValue().status() == KeyStatus.RETURNED) {
                violations.add(violation(
                        set,
                        "in a range of its client: " + (found == null ? "none" : found.getValue()) + " in the ledger"));
            }
        }
    }

    private static void askedFor(List<Operation> asked, KeyLedger ledger, List<Violation> violations) {
        Map<String, Integer> left = new HashMap<>();
        asked.stream()
                .filter(set -> set.outcome() == Outcome.OK || set.outcome() == Outcome.UNKNOWN)
                .forEach(set -> left.merge(set.client(), 1, Integer::sum));
        for (LedgerRange range : ledger.ranges()) {
            if (left.merge(range.owner(), -1, Integer::sum) < 0) {
                violations.add(new Violation(
                        Promise.DUP_KEYS, range + " in the ledger (expected: asked for, each once)", 0, range.owner()));
            }
        }
    }

    private static long first(Operation set) {
        return Long.parseLong(set.result());
    }

    private static long last(Operation set) {
        return first(set) + Long.parseLong(set.argument()) - 1;
    }

    private static Violation violation(Operation set, String expected) {
        return new Violation(Promise.DUP_KEYS, set + " (expected: " + expected + ")", set.invoked(), set.client());
    }
}
