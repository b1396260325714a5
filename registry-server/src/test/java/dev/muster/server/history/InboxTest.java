// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.v1.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private final Inbox inbox = new Inbox();

    @Test
    void whatWasTakenIsTheTakersAlone() {
        List<List<Event>> nothing = inbox.take();
        inbox.add(TestEvents.range(1, 2));
        assertThat(nothing).isEmpty();

        List<List<Event>> taken = inbox.take();
        inbox.add(TestEvents.range(3, 3));
        assertThat(taken).containsExactly(TestEvents.range(1, 2));
        assertThat(inbox.take()).containsExactly(TestEvents.range(3, 3));
        assertThat(inbox.take()).isEmpty();
    }

    @Test
    void whatWasThereBeforeComesFirst() {
        inbox.add(TestEvents.range(3, 4));
        inbox.addFirst(TestEvents.range(1, 3));
        assertThat(inbox.take()).containsExactly(TestEvents.range(1, 3), TestEvents.range(3, 4));
    }

    @Test
    void whatDoesNotFitIsLeftOutUntilTheRestIsTaken() {
        inbox.add(TestEvents.range(1, Inbox.FULL));
        inbox.add(TestEvents.range(Inbox.FULL + 1, Inbox.FULL + 1));
        assertThat(inbox.take()).hasSize(1);

        inbox.add(TestEvents.range(Inbox.FULL + 2, Inbox.FULL + 2));
        assertThat(inbox.take()).hasSize(1);
    }
}
