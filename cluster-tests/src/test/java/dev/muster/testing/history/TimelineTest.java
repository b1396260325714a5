// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.testing.history.Operation.Kind;
import dev.muster.testing.history.Operation.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelineTest {
    @Test
    void pageShowsClientsCallsFaultsAndWhatIsBrokenAndNothingFromElsewhere() {
        History history = new History();
        history.begin("alice", Kind.PUT, "s/k", "<v1>", "").ok("", 7);
        history.begin("alice", Kind.PUT, "s/k", "v2", "").failed(Outcome.REFUSED);
        var neverEnded = history.begin("bob", Kind.REMOVE, "s/k", "", "");
        long now = System.nanoTime();
        history.add(new Fault("kill-leader", "n1", "exit 137", now, now + 1));

        String page = Timeline.html("seed 42", history, List.of(new Timeline.Mark("bob", now, "stale & wrong")));

        assertThat(page)
                .contains("seed 42", ">alice<", ">bob<", "kill-leader n1", "exit 137", "stale &amp; wrong")
                .contains("class=\"ok\"", "class=\"refused\"", "class=\"unknown\"", "class=\"mark\"")
                .contains("&lt;v1&gt;")
                .doesNotContain("<v1>", "http", "src=");
        assertThat(neverEnded).isNotNull();
    }
}
