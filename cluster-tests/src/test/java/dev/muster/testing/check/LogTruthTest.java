// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static dev.muster.testing.check.Calls.at;
import static dev.muster.testing.check.Calls.put;
import static dev.muster.testing.check.Calls.remove;
import static dev.muster.testing.history.Operation.Outcome.OK;
import static dev.muster.testing.history.Operation.Outcome.REFUSED;
import static dev.muster.testing.history.Operation.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.history.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogTruthTest {
    private static final Change ON = new Change(5, "s", "k", true);
    private static final Change OFF = new Change(6, "s", "k", false);

    @Test
    void logOfWhatWasAcknowledgedIsRight() {
        assertThat(LogTruth.check(List.of(at(5, put("a", 0, 1, OK)), at(6, remove(2, 3, OK))), List.of(ON, OFF)))
                .isEmpty();
    }

    @Test
    void unknownWriteMayStandInTheLogOrNot() {
        assertThat(LogTruth.check(List.of(put("a", 0, 1, UNKNOWN)), List.of(ON)))
                .isEmpty();
        assertThat(LogTruth.check(List.of(put("a", 0, 1, UNKNOWN)), List.of())).isEmpty();
    }

    @Test
    void acknowledgedWriteThatIsMissingIsSeen() {
        assertThat(LogTruth.check(List.of(at(5, put("a", 0, 1, OK))), List.of()))
                .hasSize(1);
    }

    @Test
    void acknowledgedWriteAtAnotherRevisionIsSeen() {
        assertThat(LogTruth.check(List.of(at(4, put("a", 0, 1, OK))), List.of(ON)))
                .hasSize(2);
    }

    @Test
    void acknowledgedWriteOfAnotherKindIsSeen() {
        assertThat(LogTruth.check(List.of(at(6, put("a", 0, 1, OK))), List.of(OFF)))
                .hasSize(2);
    }

    @Test
    void refusedWriteThatStandsInTheLogIsSeen() {
        assertThat(LogTruth.check(List.of(put("a", 0, 1, REFUSED)), List.of(ON)))
                .hasSize(1);
    }

    @Test
    void writeThatWasExecutedTwiceIsSeen() {
        assertThat(LogTruth.check(List.of(at(5, put("a", 0, 1, OK))), List.of(ON, new Change(7, "s", "k", true))))
                .hasSize(1);
        assertThat(LogTruth.check(List.of(put("a", 0, 1, UNKNOWN)), List.of(ON, new Change(7, "s", "k", true))))
                .hasSize(1);
    }
}
