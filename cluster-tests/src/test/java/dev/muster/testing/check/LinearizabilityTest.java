// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static dev.muster.testing.check.Calls.cas;
import static dev.muster.testing.check.Calls.get;
import static dev.muster.testing.check.Calls.put;
import static dev.muster.testing.check.Calls.remove;
import static dev.muster.testing.history.Operation.Outcome.ABSENT;
import static dev.muster.testing.history.Operation.Outcome.CONFLICT;
import static dev.muster.testing.history.Operation.Outcome.OK;
import static dev.muster.testing.history.Operation.Outcome.REFUSED;
import static dev.muster.testing.history.Operation.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.check.Violation.Promise;
import dev.muster.testing.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LinearizabilityTest {
    @Test
    void callsOneAfterTheOtherAreRight() {
        legal(
                get("", 0, 1),
                put("a", 2, 3, OK),
                get("a", 4, 5),
                cas("a", "b", 6, 7, OK),
                cas("a", "c", 8, 9, CONFLICT),
                get("b", 10, 11),
                remove(12, 13, OK),
                remove(14, 15, ABSENT),
                cas("b", "d", 16, 17, ABSENT),
                get("", 18, 19));
    }

    @Test
    void overlappingCallsMayTakeEffectInEitherOrder() {
        legal(put("a", 0, 10, OK), put("b", 0, 10, OK), get("a", 11, 12));
        legal(put("a", 0, 10, OK), put("b", 0, 10, OK), get("b", 11, 12));
        legal(put("a", 0, 10, OK), get("", 1, 2), get("a", 3, 4));
        legal(put("a", 0, 5, OK), get("", 5, 6));
    }

    @Test
    void unknownWriteMayHappenLaterOrNever() {
        legal(put("a", 0, 1, OK), put("b", 2, 3, UNKNOWN), get("a", 4, 5), get("b", 6, 7));
        legal(put("a", 0, 1, OK), put("b", 2, 3, UNKNOWN), get("a", 4, 5));
        legal(put("a", 0, 1, OK), remove(2, 3, UNKNOWN), get("a", 4, 5), get("", 6, 7));
        legal(put("a", 0, 1, OK), cas("a", "b", 2, 3, UNKNOWN), get("a", 4, 5), get("b", 6, 7));
        legal(cas("never", "b", 2, 3, UNKNOWN), get("", 4, 5));
    }

    @Test
    void staleReadIsSeen() {
        illegal(Promise.STALE, put("a", 0, 1, OK), put("b", 2, 3, OK), get("a", 4, 5));
    }

    @Test
    void readThatGoesBackIsSeen() {
        illegal(Promise.STALE, put("a", 0, 1, OK), put("b", 2, 9, OK), get("b", 3, 4), get("a", 5, 6));
    }

    @Test
    void lostWriteIsSeen() {
        illegal(Promise.STALE, put("a", 0, 1, OK), get("", 2, 3));
        illegal(Promise.LOST, put("a", 0, 1, OK), remove(2, 3, ABSENT));
    }

    @Test
    void removedInstanceThatIsBackIsSeen() {
        illegal(Promise.STALE, put("a", 0, 1, OK), remove(2, 3, OK), get("a", 4, 5));
    }

    @Test
    void removalOfNothingIsSeen() {
        illegal(Promise.LOST, remove(0, 1, OK));
    }

    @Test
    void refusedWriteThatWasDoneIsSeen() {
        illegal(Promise.STALE, put("a", 0, 1, REFUSED), get("a", 2, 3));
    }

    @Test
    void unknownWriteThatHappenedBeforeItWasMadeIsSeen() {
        illegal(Promise.STALE, get("a", 0, 1), put("a", 2, 3, UNKNOWN));
    }

    @Test
    void unknownWriteThatHappenedTwiceIsSeen() {
        illegal(
                Promise.STALE,
                put("a", 0, 1, UNKNOWN),
                get("a", 2, 3),
                put("b", 4, 5, OK),
                get("b", 6, 7),
                get("a", 8, 9));
    }

    @Test
    void conditionThatWasNotKeptIsSeen() {
        illegal(Promise.LOST, put("a", 0, 1, OK), put("b", 2, 3, OK), cas("a", "c", 4, 5, OK));
        illegal(Promise.LOST, put("a", 0, 1, OK), cas("a", "b", 2, 3, OK), cas("a", "c", 2, 3, OK));
    }

    @Test
    void conflictWithoutReasonIsSeen() {
        illegal(Promise.LOST, put("a", 0, 1, OK), cas("a", "b", 2, 3, CONFLICT));
        illegal(Promise.LOST, cas("a", "b", 2, 3, CONFLICT));
        illegal(Promise.LOST, put("a", 0, 1, OK), cas("x", "b", 2, 3, ABSENT));
    }

    @Test
    void changeThatWasDoneAndThenRefusedByItselfIsSeen() {
        illegal(Promise.LOST, put("a", 0, 1, OK), cas("a", "b", 2, 3, CONFLICT), get("b", 4, 5));
    }

    @Test
    void searchThatRunsOutOfStepsIsNoAcquittal() {
        List<Operation> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(put("v" + i, 0, 100, OK));
        }
        calls.add(get("none", 101, 102));
        assertThat(Linearizability.check(calls, 1_000))
                .extracting(Violation::promise)
                .containsExactly(Promise.UNDECIDED);
    }

    @Test
    void historiesOfARealVariableAreRightAndWithOneAnswerChangedWrong() {
        for (int seed = 0; seed < 200; seed++) {
            List<Operation> calls = history(new Random(seed));
            assertThat(Linearizability.check(calls, Linearizability.STEPS))
                    .as("seed %s", seed)
                    .isEmpty();
            calls.add(get("of nobody", 1_000_000, 1_000_001));
            assertThat(Linearizability.check(calls, Linearizability.STEPS))
                    .as("seed %s", seed)
                    .hasSize(1);
        }
    }

    /** Calls that took effect at times 10, 20, 30, ... and were in flight for up to 30 before and after. */
    private static List<Operation> history(Random random) {
        List<Operation> calls = new ArrayList<>();
        String value = "";
        for (int i = 1; i <= 60; i++) {
            long from = i * 10L - random.nextInt(30);
            long to = i * 10L + random.nextInt(30);
            if (random.nextInt(3) > 0) {
                calls.add(get(value, from, to));
            } else {
                value = "v" + i;
                calls.add(put(value, from, to, random.nextInt(8) == 0 ? UNKNOWN : OK));
            }
        }
        return calls;
    }

    private static void legal(Operation... calls) {
        assertThat(Linearizability.check(List.of(calls), Linearizability.STEPS)).isEmpty();
    }

    private static void illegal(Promise promise, Operation... calls) {
        assertThat(Linearizability.check(List.of(calls), Linearizability.STEPS))
                .extracting(Violation::promise)
                .containsExactly(promise);
    }
}
