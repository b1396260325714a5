// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static dev.muster.testing.check.Calls.take;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Key;
import dev.muster.client.KeyLedger;
import dev.muster.client.KeyStatus;
import dev.muster.client.KeyspaceInfo;
import dev.muster.client.LedgerRange;
import dev.muster.testing.history.Operation;
import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IssuedNumbersTest {
    private static final KeyLedger LEDGER = ledger(range("a", 1, 5), range("b", 6, 10), range("a", 11, 12));
    private static final Operation UNKNOWN =
            new Operation("a", Kind.TAKE, "numbers", "2", "", Outcome.UNKNOWN, "", 0, 8, 9);

    @Test
    void disjointSetsOfTheLedgerAreRight() {
        right(LEDGER, take("a", 1, 5, 1), take("b", 6, 5, 1), take("a", 11, 2, 3));
        right(LEDGER, take("a", 1, 5, 1), take("b", 6, 5, 1), UNKNOWN);
        right(ledger(range("a", 1, 5)), take("a", 1, 5, 1), UNKNOWN);
    }

    @Test
    void numberOfTwoClientsIsSeen() {
        wrong("before", LEDGER, take("a", 1, 5, 1), take("b", 5, 5, 1), UNKNOWN);
    }

    @Test
    void numberThatOneClientGetsTwiceIsSeen() {
        wrong("before", LEDGER, take("a", 1, 5, 1), take("b", 6, 5, 1), take("a", 1, 5, 3));
    }

    @Test
    void setBelowTheOneBeforeItIsSeen() {
        wrong("above the set", LEDGER, take("a", 11, 2, 1), take("a", 1, 5, 3), take("b", 6, 5, 1));
    }

    @Test
    void setThatIsNotInTheLedgerIsSeen() {
        wrong("in a range", LEDGER, take("a", 1, 5, 1), take("b", 6, 5, 1), take("a", 11, 3, 3));
        wrong("in a range", ledger(), take("a", 1, 5, 1));
    }

    @Test
    void setOfSomebodyElseInTheLedgerIsSeen() {
        wrong("in a range", ledger(range("b", 1, 5)), take("a", 1, 5, 1));
    }

    @Test
    void setThatWasReturnedAndIsUsedIsSeen() {
        LedgerRange returned =
                new LedgerRange(Key.of(1), Key.of(5), KeyStatus.RETURNED, 1, "a", 1, Instant.EPOCH, Instant.EPOCH);
        wrong("in a range", ledger(returned), take("a", 1, 5, 1));
    }

    @Test
    void holeOrOverlapInTheLedgerIsSeen() {
        wrong("right behind", ledger(range("a", 1, 5), range("a", 7, 8)), take("a", 1, 5, 1), UNKNOWN);
        wrong("right behind", ledger(range("a", 1, 5), range("a", 5, 6)), take("a", 1, 5, 1), UNKNOWN);
    }

    @Test
    void setThatWasHandedOutTwiceForOneRequestIsSeen() {
        wrong("asked for", ledger(range("a", 1, 5), range("a", 6, 10)), take("a", 1, 5, 1));
    }

    private static void right(KeyLedger ledger, Operation... calls) {
        assertThat(IssuedNumbers.check(List.of(calls), ledger)).isEmpty();
    }

    private static void wrong(String text, KeyLedger ledger, Operation... calls) {
        assertThat(IssuedNumbers.check(List.of(calls), ledger))
                .extracting(Violation::text)
                .anyMatch(found -> found.contains(text));
    }

    private static LedgerRange range(String owner, long first, long last) {
        return new LedgerRange(Key.of(first), Key.of(last), KeyStatus.HELD, 1, owner, 1, Instant.EPOCH, Instant.EPOCH);
    }

    private static KeyLedger ledger(LedgerRange... ranges) {
        return new KeyLedger(
                new KeyspaceInfo("numbers", 63, Key.of(1), Key.of(99), Optional.empty(), false, 0, 0, 0, 0, 0),
                List.of(ranges));
    }
}
