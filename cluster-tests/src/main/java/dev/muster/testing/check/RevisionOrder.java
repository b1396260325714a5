// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether revisions agree with time over a whole history: a write that began after anything was answered has a higher
 * revision than that, a read no lower one, and no two writes have the same. One pass, whatever the length. Stateless.
 */
public final class RevisionOrder {
    private RevisionOrder() {}

    /** Judges what was done and names its revision. */
    public static List<Violation> check(List<Operation> operations) {
        List<Operation> byBegin = operations.stream()
                .filter(operation -> operation.outcome() == Outcome.OK && operation.revision() != 0)
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
        List<Operation> byEnd = byBegin.stream()
                .sorted(Comparator.comparingLong(Operation::returned))
                .toList();
        List<Violation> violations = new ArrayList<>(sameRevisionTwice(byBegin));
        int next = 0;
        long highest = 0;
        for (Operation operation : byBegin) {
            while (byEnd.get(next).returned() < operation.invoked()) {
                highest = Math.max(highest, byEnd.get(next).revision());
                next++;
            }
            if (operation.isWrite() && operation.revision() <= highest) {
                violations.add(violation(Promise.LOST, operation, "above " + highest));
            } else if (operation.revision() < highest) {
                violations.add(violation(Promise.STALE, operation, highest + " or more"));
            }
        }
        return violations;
    }

    private static List<Violation> sameRevisionTwice(List<Operation> done) {
        List<Violation> violations = new ArrayList<>();
        Map<Long, Operation> writes = new HashMap<>();
        for (Operation operation : done) {
            Operation other = operation.isWrite() ? writes.putIfAbsent(operation.revision(), operation) : null;
            if (other != null) {
                violations.add(new Violation(
                        Promise.LOST,
                        operation + " (expected: a revision of its own; " + other + ")",
                        operation.invoked(),
                        operation.client()));
            }
        }
        return violations;
    }

    private static Violation violation(Promise promise, Operation operation, String expected) {
        return new Violation(
                promise,
                operation + " (expected: " + expected + ", which was answered before it began)",
                operation.invoked(),
                operation.client());
    }
}
