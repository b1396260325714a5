// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.replica.Replicas;
import dev.muster.v1.Consistency;
import dev.muster.v1.Event;
import dev.muster.v1.EventFilter;
import dev.muster.v1.EventType;
import dev.muster.v1.EventsGrpc;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EventsServiceTest {
    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void aListShowsEveryEventOfAWriteThatWasAcknowledged() {
        for (int i = 0; i < 100; i++) {
            Replicas.registered(node.replica, "orders", "i" + i, 0);
            ListEventsResponse page = events().list(ListEventsRequest.newBuilder()
                    .setNewestFirst(true)
                    .setPageSize(1)
                    .build());

            assertThat(page.getEvents(0).getKey().getId()).isEqualTo("i" + i);
            assertThat(page.getHeader().getRevision()).isEqualTo(i + 2);
            assertThat(page.getHeader().getAgeMillis()).isZero();
        }
    }

    @Test
    void pagesFollowOneAnotherWithoutGapOrRepeat() {
        for (int i = 0; i < 50; i++) {
            Replicas.registered(node.replica, "orders", "i" + i, 0);
        }
        List<Long> sequences = new ArrayList<>();
        String token = "";
        do {
            ListEventsResponse page = events().list(ListEventsRequest.newBuilder()
                    .setPageSize(7)
                    .setPageToken(token)
                    .setRead(ReadOptions.newBuilder().setConsistency(Consistency.CONSISTENCY_LOCAL))
                    .build());
            page.getEventsList().forEach(event -> sequences.add(event.getSequence()));
            token = page.getNextPageToken();
            assertThat(page.getNewestSequence()).isEqualTo(52);
            assertThat(page.getOldestSequence()).isEqualTo(1);
        } while (!token.isEmpty());

        assertThat(sequences).isEqualTo(LongStream.rangeClosed(1, 52).boxed().toList());
    }

    @Test
    void aTailBringsWhatWasAndWhatComes() {
        Replicas.registered(node.replica, "orders", "a", 0);
        Replicas.registered(node.replica, "payments", "b", 0);
        Iterator<TailEventsResponse> tail = EventsGrpc.newBlockingStub(node.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .tail(TailEventsRequest.newBuilder()
                        .setFromSequence(1)
                        .setFilter(EventFilter.newBuilder().setService("orders"))
                        .build());
        assertThat(next(tail).getKey().getId()).isEqualTo("a");

        Replicas.registered(node.replica, "payments", "c", 0);
        Replicas.deregistered(node.replica, "orders", "a");

        assertThat(next(tail).getType()).isEqualTo(EventType.EVENT_TYPE_INSTANCE_DEREGISTERED);
    }

    @Test
    void malformedRequestsAreRefusedInWords() {
        assertRefused(ListEventsRequest.newBuilder().setPageSize(1_001), "page_size: 1001 (expected: 0 to 1000)");
        assertRefused(ListEventsRequest.newBuilder().setPageToken("?"), "page_token: \"?\" (expected: that of");
        assertRefused(
                ListEventsRequest.newBuilder()
                        .setFilter(EventFilter.newBuilder().setService("A")),
                "filter.service: \"A\"");
        assertRefused(
                ListEventsRequest.newBuilder()
                        .setFilter(EventFilter.newBuilder().setId("a")),
                "filter.service: \"\" (expected: the service of the instance)");
        assertThatThrownBy(() -> EventsGrpc.newBlockingStub(node.channel)
                        .tail(TailEventsRequest.newBuilder()
                                .setFilter(EventFilter.newBuilder().setActor("a\nb"))
                                .build())
                        .next())
                .satisfies(failure ->
                        assertThat(Refusals.error(failure).getReason()).isEqualTo(Reason.REASON_INVALID));
    }

    private void assertRefused(ListEventsRequest.Builder request, String message) {
        assertThatThrownBy(() -> events().list(request.build())).satisfies(failure -> {
            assertThat(Refusals.error(failure).getReason()).isEqualTo(Reason.REASON_INVALID);
            assertThat(Refusals.error(failure).getMessage()).contains(message);
        });
    }

    private static Event next(Iterator<TailEventsResponse> tail) {
        TailEventsResponse frame = tail.next();
        while (frame.getEventsCount() == 0) {
            frame = tail.next();
        }
        assertThat(frame.getEventsCount()).isEqualTo(1);
        return frame.getEvents(0);
    }

    private EventsGrpc.EventsBlockingStub events() {
        return EventsGrpc.newBlockingStub(node.channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }
}
