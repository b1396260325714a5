// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.event.EventRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private final Inbox inbox = new Inbox();

    @Test
    void whatWasTakenIsTheTakersAlone() {
        List<EventRecord> two = TestEvents.records(1, 2);
        List<EventRecord> third = TestEvents.records(3, 3);
        List<List<EventRecord>> nothing = inbox.take();
        inbox.add(two);
        assertThat(nothing).isEmpty();

        List<List<EventRecord>> taken = inbox.take();
        inbox.add(third);
        assertThat(taken).containsExactly(two);
        assertThat(inbox.take()).containsExactly(third);
        assertThat(inbox.take()).isEmpty();
    }

    @Test
    void whatWasThereBeforeComesFirst() {
        List<EventRecord> before = TestEvents.records(1, 3);
        List<EventRecord> came = TestEvents.records(3, 4);
        inbox.add(came);
        inbox.addFirst(before);
        assertThat(inbox.take()).containsExactly(before, came);
    }

    @Test
    void whatDoesNotFitIsLeftOutUntilTheRestIsTaken() {
        inbox.add(TestEvents.records(1, Inbox.FULL));
        inbox.add(TestEvents.records(Inbox.FULL + 1, Inbox.FULL + 1));
        assertThat(inbox.take()).hasSize(1);

        inbox.add(TestEvents.records(Inbox.FULL + 2, Inbox.FULL + 2));
        assertThat(inbox.take()).hasSize(1);
    }
}
