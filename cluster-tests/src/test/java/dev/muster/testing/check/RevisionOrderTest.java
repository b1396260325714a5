// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.check;

import static dev.muster.testing.check.Calls.at;
import static dev.muster.testing.check.Calls.get;
import static dev.muster.testing.check.Calls.put;
import static dev.muster.testing.history.Operation.Outcome.OK;
import static dev.muster.testing.history.Operation.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.check.Violation.Promise;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RevisionOrderTest {
    @Test
    void revisionsThatRiseWithTimeAreRight() {
        assertThat(RevisionOrder.check(List.of(
                        at(5, put("a", 0, 10, OK)),
                        at(4, put("b", 1, 9, OK)),
                        at(5, get("a", 11, 12)),
                        at(6, put("c", 12, 13, OK)),
                        put("d", 14, 15, UNKNOWN))))
                .isEmpty();
    }

    @Test
    void writeBelowWhatWasAcknowledgedBeforeIsSeen() {
        assertThat(RevisionOrder.check(List.of(at(5, put("a", 0, 1, OK)), at(4, put("b", 2, 3, OK)))))
                .extracting(Violation::promise)
                .containsExactly(Promise.LOST);
    }

    @Test
    void writeAtARevisionThatWasReadBeforeIsSeen() {
        assertThat(RevisionOrder.check(List.of(at(5, get("a", 0, 1)), at(5, put("b", 2, 3, OK)))))
                .extracting(Violation::promise)
                .containsExactly(Promise.LOST);
    }

    @Test
    void readBelowAnAcknowledgedWriteIsSeen() {
        assertThat(RevisionOrder.check(List.of(at(5, put("a", 0, 1, OK)), at(4, get("", 2, 3)))))
                .extracting(Violation::promise)
                .containsExactly(Promise.STALE);
    }

    @Test
    void readThatGoesBackIsSeen() {
        assertThat(RevisionOrder.check(List.of(at(5, get("a", 0, 1)), at(4, get("", 2, 3)))))
                .extracting(Violation::promise)
                .containsExactly(Promise.STALE);
    }

    @Test
    void revisionOfTwoWritesIsSeen() {
        assertThat(RevisionOrder.check(List.of(at(5, put("a", 0, 9, OK)), at(5, put("b", 0, 9, OK)))))
                .extracting(Violation::promise)
                .containsExactly(Promise.LOST);
    }
}
