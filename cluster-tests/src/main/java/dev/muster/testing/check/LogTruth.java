// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Change;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether the registry's own log and its clients tell the same story: each acknowledged write stands in it at its
 * revision, and whatever else stands in it is explained by a write of unknown outcome, each of which explains one change.
 * A write that was executed twice stands in it once too often. Stateless.
 */
public final class LogTruth {
    private LogTruth() {}

    /** Judges the writes of instances against all changes of their services. */
    public static List<Violation> check(List<Operation> operations, List<Change> log) {
        Map<Long, List<Change>> byRevision = new HashMap<>();
        log.forEach(change -> byRevision
                .computeIfAbsent(change.revision(), revision -> new ArrayList<>())
                .add(change));
        List<Change> unexplained = new ArrayList<>(log);
        List<Violation> violations = new ArrayList<>();
        Map<String, Integer> unknown = new HashMap<>();
        for (Operation write : operations) {
            if (!write.isWrite() || write.kind() == Kind.TAKE) {
                continue;
            }
            boolean listed = write.kind() != Kind.REMOVE;
            if (write.outcome() == Outcome.UNKNOWN) {
                unknown.merge(name(write.key(), listed), 1, Integer::sum);
            } else if (write.outcome() == Outcome.OK) {
                List<Change> made = byRevision.getOrDefault(write.revision(), List.of()).stream()
                        .filter(change -> key(change).equals(write.key()) && change.listed() == listed)
                        .toList();
                made.forEach(unexplained::remove);
                if (made.isEmpty()) {
                    violations.add(new Violation(
                            Promise.LOST,
                            write + " (expected: in the log at its revision)",
                            write.invoked(),
                            write.client()));
                }
            }
        }
        for (Change change : unexplained) {
            int left = unknown.merge(name(key(change), change.listed()), -1, Integer::sum);
            if (left < 0) {
                violations.add(new Violation(
                        Promise.LOST,
                        change + " is in the log (expected: a write that made it, and each once)",
                        last(operations, key(change)),
                        "log"));
            }
        }
        return violations;
    }

    private static String key(Change change) {
        return change.service() + "/" + change.id();
    }

    private static String name(String key, boolean listed) {
        return key + (listed ? " on" : " off");
    }

    private static long last(List<Operation> operations, String key) {
        return operations.stream()
                .filter(operation -> operation.key().equals(key))
                .mapToLong(Operation::invoked)
                .max()
                .orElse(0);
    }
}
