// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.MusterException.Reason;
import dev.muster.client.NodeAnswer;
import dev.muster.client.Position;
import dev.muster.client.StateHash;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AgreementTest {
    @Test
    void nodesAgreeWhenAllAnswerTheSame() {
        assertThat(Agreement.agree(List.of(answer("n1", 5, 77), answer("n2", 5, 77), answer("n3", 5, 77))))
                .isTrue();
        assertThat(Agreement.agree(List.of(answer("n1", 5, 77), answer("n2", 5, 78), answer("n3", 5, 77))))
                .isFalse();
        assertThat(Agreement.agree(List.of(answer("n1", 5, 77), answer("n2", 6, 77), answer("n3", 5, 77))))
                .isFalse();
    }

    @Test
    void aNodeThatDoesNotAnswerDoesNotAgree() {
        NodeAnswer<StateHash> none =
                NodeAnswer.failed("n3", new MusterException(Reason.UNAVAILABLE, Fate.NOT_APPLIED, "gone"));

        assertThat(Agreement.agree(List.of(answer("n1", 5, 77), answer("n2", 5, 77), none)))
                .isFalse();
        assertThat(Agreement.agree(List.of(none, none, none))).isFalse();
    }

    private static NodeAnswer<StateHash> answer(String node, long revision, long hash) {
        return NodeAnswer.of(node, new StateHash(node, new Position(1, 1, revision), hash));
    }
}
