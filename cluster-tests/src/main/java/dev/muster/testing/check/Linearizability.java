// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether each instance behaved like one variable that all clients take turns at: there is an order of all calls that
 * agrees with time, and in which every answer is right. It trusts no revision. An operation whose outcome is unknown may
 * take effect at any time after it was made, or never.
 *
 * <p>The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory of Lowe
 * ("Testing for linearizability", 2017): a set of calls that was tried with the same value left behind is not tried
 * again. That each instance may be checked alone is Herlihy and Wing's locality; that it pays is the idea of Porcupine.
 * The search is exponential in the worst case, so it is given a number of steps; running out of them is no acquittal.
 * Stateless.
 */
public final class Linearizability {
    /** Enough for a few hundred calls of one instance with a dozen unknown ones among them. */
    public static final long STEPS = 5_000_000;

    private static final String NOTHING = "";

    private Linearizability() {}

    /** Judges each instance with at most so many steps each. */
    public static List<Violation> check(List<Operation> operations, long steps) {
        Map<String, List<Operation>> byKey = new LinkedHashMap<>();
        for (Operation operation : operations) {
            if (isOfInstance(operation) && counts(operation)) {
                byKey.computeIfAbsent(operation.key(), key -> new ArrayList<>()).add(operation);
            }
        }
        List<Violation> violations = new ArrayList<>();
        byKey.values().forEach(ofOne -> new Search(ofOne, steps).run().ifPresent(violations::add));
        return violations;
    }

    private static boolean isOfInstance(Operation operation) {
        return operation.kind() != Kind.TAKE && operation.kind() != Kind.LIST;
    }

    /** A read that nobody answered saw nothing; a refused write did nothing, so that its value must never be seen. */
    private static boolean counts(Operation operation) {
        return operation.isJudged() || (operation.outcome() == Outcome.UNKNOWN && operation.isWrite());
    }

    /** The value after the operation if it may happen now. One of unknown outcome happens only where it has an effect. */
    private static Optional<String> step(String value, Operation operation) {
        boolean absent = value.equals(NOTHING);
        String next = switch (operation.kind()) {
            case PUT -> operation.argument();
            case GET -> value;
            case REMOVE -> NOTHING;
            case CAS -> operation.argument();
            case TAKE, LIST -> throw new IllegalArgumentException(operation + " (expected: of an instance)");
        };
        boolean done = switch (operation.kind()) {
            case PUT -> true;
            case GET -> operation.result().equals(value);
            case REMOVE -> !absent;
            case CAS, TAKE, LIST -> operation.expected().equals(value);
        };
        return switch (operation.outcome()) {
            case OK, UNKNOWN -> done ? Optional.of(next) : Optional.empty();
            case ABSENT -> absent ? Optional.of(value) : Optional.empty();
            case CONFLICT -> absent || done ? Optional.empty() : Optional.of(value);
            case REFUSED -> Optional.empty();
        };
    }

    /** Beginning or end of an operation, in a list from which what is in its place already is taken out. */
    private static final class Event {
        final Operation operation;
        final int number;
        final boolean isReturn;
        final long time;
        Event before = this;
        Event after = this;
        Event end = this;

        Event(Operation operation, int number, boolean isReturn, long time) {
            this.operation = operation;
            this.number = number;
            this.isReturn = isReturn;
            this.time = time;
        }

        void insertAfter(Event other) {
            after = other.after;
            before = other;
            other.after.before = this;
            other.after = this;
        }

        void takeOut() {
            before.after = after;
            after.before = before;
        }

        void putBack() {
            before.after = this;
            after.before = this;
        }
    }

    private record Tried(BitSet done, String value) {}

    private record Choice(Event begin, String valueBefore) {}

    /** The search for an order of the calls of one instance. */
    private static final class Search {
        private final List<Operation> operations;
        private final long steps;
        private final Event head;
        private final Set<Tried> tried = new HashSet<>();
        private final Deque<Choice> chosen = new ArrayDeque<>();
        private final BitSet done = new BitSet();
        private String value = NOTHING;
        private int open;
        private int fewest = Integer.MAX_VALUE;
        private Operation stuck;

        Search(List<Operation> operations, long steps) {
            this.operations = operations;
            this.steps = steps;
            stuck = operations.get(0);
            head = new Event(stuck, -1, false, Long.MIN_VALUE);
            List<Event> events = new ArrayList<>();
            for (int number = 0; number < operations.size(); number++) {
                Operation operation = operations.get(number);
                Event begin = new Event(operation, number, false, operation.invoked());
                events.add(begin);
                if (operation.outcome() != Outcome.UNKNOWN) {
                    begin.end = new Event(operation, number, true, operation.returned());
                    events.add(begin.end);
                    open++;
                }
            }
            // What ends in the moment in which another begins overlaps it: that accuses nobody wrongly.
            events.sort(Comparator.<Event>comparingLong(event -> event.time).thenComparing(event -> event.isReturn));
            Event last = head;
            for (Event event : events) {
                event.insertAfter(last);
                last = event;
            }
        }

        Optional<Violation> run() {
            long left = steps;
            Event event = head.after;
            while (open > 0) {
                if (left-- == 0) {
                    return Optional.of(violation(
                            Promise.UNDECIDED,
                            "no order of " + operations.size() + " calls in " + steps + " steps (expected: decided)"));
                }
                if (!event.isReturn && take(event)) {
                    event = head.after;
                } else if (!event.isReturn) {
                    event = event.after;
                } else if (chosen.isEmpty()) {
                    noteStuck(event);
                    return Optional.of(violation(
                            stuck.kind() == Kind.GET ? Promise.STALE : Promise.LOST,
                            stuck + " (expected: some order of the " + operations.size()
                                    + " calls in which it is right)"));
                } else {
                    noteStuck(event);
                    event = takeBack().after;
                }
            }
            return Optional.empty();
        }

        private boolean take(Event begin) {
            Optional<String> next = step(value, begin.operation);
            if (next.isEmpty()) {
                return false;
            }
            BitSet with = (BitSet) done.clone();
            with.set(begin.number);
            if (!tried.add(new Tried(with, next.get()))) {
                return false;
            }
            chosen.push(new Choice(begin, value));
            value = next.get();
            done.set(begin.number);
            begin.takeOut();
            if (begin.end != begin) {
                begin.end.takeOut();
                open--;
            }
            return true;
        }

        private Event takeBack() {
            Choice last = chosen.pop();
            Event begin = last.begin();
            value = last.valueBefore();
            done.clear(begin.number);
            if (begin.end != begin) {
                begin.end.putBack();
                open++;
            }
            begin.putBack();
            return begin;
        }

        /** Of all the dead ends, the one that got furthest tells most. */
        private void noteStuck(Event event) {
            if (open < fewest) {
                fewest = open;
                stuck = event.operation;
            }
        }

        private Violation violation(Promise promise, String text) {
            return new Violation(promise, stuck.key() + ": " + text, stuck.invoked(), stuck.client());
        }
    }
}
