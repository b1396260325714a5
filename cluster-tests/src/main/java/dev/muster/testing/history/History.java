// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All that happened in a run. What is begun and never ended counts as unknown. Safe for use by any number of threads.
 */
public final class History {
    private final Set<Pending> pending = new LinkedHashSet<>();
    private final List<Operation> operations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Shown> shown = new ArrayList<>();
    private final List<LeaseLife> leases = new ArrayList<>();

    /** A client makes a call now. */
    public synchronized Pending begin(String client, Kind kind, String key, String argument, String expected) {
        Pending begun = new Pending(client, kind, key, argument, expected);
        pending.add(begun);
        return begun;
    }

    /** A fault is over. */
    public synchronized void add(Fault fault) {
        faults.add(fault);
    }

    /** A watch shows a list. */
    public synchronized void add(Shown list) {
        shown.add(list);
    }

    /** The life of a lease is over, or no longer followed. */
    public synchronized void add(LeaseLife life) {
        leases.add(life);
    }

    /** All calls in the order in which they were made. */
    public synchronized List<Operation> operations() {
        List<Operation> all = new ArrayList<>(operations);
        pending.forEach(begun -> all.add(begun.ended(Outcome.UNKNOWN, "", 0)));
        all.sort(Comparator.comparingLong(Operation::invoked));
        return all;
    }

    /** What was done to the cluster. */
    public synchronized List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** What watches showed, those of one watch in their order. */
    public synchronized List<Shown> shown() {
        return List.copyOf(shown);
    }

    /** The leases that were followed. */
    public synchronized List<LeaseLife> leases() {
        return List.copyOf(leases);
    }

    /** How many calls ended like that. */
    public synchronized long count(Outcome outcome) {
        return operations.stream()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    private synchronized void end(Pending begun, Operation operation) {
        if (!pending.remove(begun)) {
            throw new IllegalStateException(operation + " (expected: ended once)");
        }
        operations.add(operation);
    }

    /** A call in flight, to be ended once. For the thread that made it. */
    public final class Pending {
        private final String client;
        private final Kind kind;
        private final String key;
        private final String argument;
        private final String expected;
        private final long invoked = System.nanoTime();

        private Pending(String client, Kind kind, String key, String argument, String expected) {
            this.client = client;
            this.kind = kind;
            this.key = key;
            this.argument = argument;
            this.expected = expected;
        }

        /** It was done. */
        public void ok(String result, long revision) {
            end(this, ended(Outcome.OK, result, revision));
        }

        /** It was not done, or nobody knows. */
        public void failed(Outcome outcome) {
            end(this, ended(outcome, "", 0));
        }

        private Operation ended(Outcome outcome, String result, long revision) {
            return new Operation(
                    client, kind, key, argument, expected, outcome, result, revision, invoked, System.nanoTime());
        }
    }
}
