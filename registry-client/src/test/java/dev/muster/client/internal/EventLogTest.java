// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.EventPair;
import dev.muster.client.EventQuery;
import dev.muster.client.EventStream;
import dev.muster.client.EventType;
import dev.muster.client.Failover;
import dev.muster.client.InstanceKey;
import dev.muster.client.InstanceStatus;
import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.MusterException;
import dev.muster.client.RegistryEvent;
import dev.muster.v1.AppendEventResponse;
import dev.muster.v1.Event;
import dev.muster.v1.EventFilter;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.Reason;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLogTest {
    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();
    private final TestClient muster = new TestClient(node, other);
    private final Queue<Long> heard = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        muster.close();
        node.close();
        other.close();
    }

    @Test
    void listAsksForWhatIsWantedPageByPage() {
        Queue<ListEventsRequest> asked = new ConcurrentLinkedQueue<>();
        node.listEvents = request -> {
            asked.add(request);
            int page = asked.size();
            return ListEventsResponse.newBuilder()
                    .addEvents(FakeTail.event(page))
                    .setNextPageToken(page == 3 ? "" : "behind " + page)
                    .build();
        };
        List<RegistryEvent> events = done(CompletableFuture.supplyAsync(() -> muster.client
                .events()
                .list(EventQuery.all()
                        .service("orders")
                        .id("a")
                        .types(EventType.INSTANCE_EXPIRED)
                        .from(Instant.ofEpochMilli(5))
                        .newestFirst(true))
                .toList()));

        assertThat(events).extracting(RegistryEvent::sequence).containsExactly(1L, 2L, 3L);
        assertThat(asked).extracting(ListEventsRequest::getPageToken).containsExactly("", "behind 1", "behind 2");
        assertThat(asked.element().getNewestFirst()).isTrue();
        assertThat(asked.element().getFilter())
                .isEqualTo(EventFilter.newBuilder()
                        .setNamespace("default")
                        .setService("orders")
                        .setId("a")
                        .addTypes(dev.muster.v1.EventType.EVENT_TYPE_INSTANCE_EXPIRED)
                        .setFromMillis(5)
                        .build());
    }

    @Test
    void eventsSayWhatTheWireSays() {
        RegistryEvent event = EventWire.event(Event.newBuilder()
                .setSequence(9)
                .setRevision(8)
                .setTimeMillis(7)
                .setType(dev.muster.v1.EventType.EVENT_TYPE_INSTANCE_REGISTERED)
                .setCause("registered")
                .setActor("alice")
                .setKey(dev.muster.v1.InstanceKey.newBuilder()
                        .setNamespace("n")
                        .setService("s")
                        .setId("i"))
                .setIncarnation(6)
                .setLease(5)
                .setSession(4)
                .setTerm(3)
                .setStatus(Status.STATUS_UP)
                .setPair(Pair.newBuilder()
                        .setOwner("keeper")
                        .setId("i1")
                        .setPart(PairPart.PAIR_PART_AFTER)
                        .setBefore(2))
                .setFailover(dev.muster.v1.Failover.newBuilder()
                        .setOldLeader("n2")
                        .setOldTerm(2)
                        .setSilenceMillis(480)
                        .setElectionMillis(20)
                        .setLeases(7))
                .setKind("k")
                .setKeyspace("invoice")
                .setKeys(NumberRange.newBuilder()
                        .setFirst(Number.newBuilder().setLow(10))
                        .setLast(Number.newBuilder().setLow(14)))
                .build());

        assertThat(event)
                .isEqualTo(new RegistryEvent(
                        9,
                        8,
                        Instant.ofEpochMilli(7),
                        EventType.INSTANCE_REGISTERED,
                        "k",
                        "registered",
                        "alice",
                        Optional.of(InstanceKey.of("n", "s", "i")),
                        6,
                        Optional.of(InstanceStatus.UP),
                        "invoice",
                        Optional.of(new KeySet(Key.of(10), 5)),
                        5,
                        4,
                        3,
                        Optional.of(new EventPair(new EventPair.Name("keeper", "i1"), EventPair.Part.AFTER, 2)),
                        Optional.of(new Failover("n2", 2, Duration.ofMillis(480), Duration.ofMillis(20), 7))));
    }

    @Test
    void everyTypeOfTheWireIsKnown() {
        for (dev.muster.v1.EventType type : dev.muster.v1.EventType.values()) {
            if (type != dev.muster.v1.EventType.UNRECOGNIZED
                    && type != dev.muster.v1.EventType.EVENT_TYPE_UNSPECIFIED) {
                RegistryEvent event =
                        EventWire.event(Event.newBuilder().setType(type).build());
                assertThat("EVENT_TYPE_" + event.type()).isEqualTo(type.name());
            }
        }
    }

    @Test
    void feedGoesOnAtAnotherNodeBehindWhatItHas() {
        EventStream feed = tail(EventQuery.all().fromSequence(1));
        FakeTail first = node.nextTail();
        assertThat(first.request.getFromSequence()).isEqualTo(1);
        assertThat(first.request.getResumeToken().isEmpty()).isTrue();
        first.send(1, 3);
        first.send(4, 4);
        await().until(() -> heard.size() == 4);
        node.kill();

        FakeTail second = other.nextTail();
        assertThat(second.request.getResumeToken()).isEqualTo(FakeTail.token(4));
        second.send(5, 6);

        await().until(() -> heard.size() == 6);
        assertThat(heard)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 6).boxed().toList());
        assertThat(feed.token()).isNotEmpty();
        assertThat(feed.ended()).isNotDone();
    }

    @Test
    void silentFeedIsLeftForAnotherNode() {
        EventStream feed = tail(EventQuery.all());
        node.nextTail().send(1, 0);
        done(feed.ready());
        CompletableFuture<FakeTail> second = CompletableFuture.supplyAsync(other::nextTail);
        await().until(() -> {
            muster.loop.advance(EventFeed.SILENCE);
            return second.isDone();
        });

        assertThat(done(second).request.getResumeToken()).isEqualTo(FakeTail.token(0));
    }

    @Test
    void listenerThatTakesItsTimeIsSentNoMoreMeanwhile() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        EventStream feed = muster.client.events().tail(EventQuery.all(), event -> {
            heard.add(event.sequence());
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        FakeTail stream = node.nextTail();
        stream.send(1, 2);
        await().until(() -> heard.size() == 1);
        muster.loop.advance(EventFeed.SILENCE.multipliedBy(2));
        assertThat(stream.ended)
                .as("the listener's time is no silence of the node")
                .isNotDone();
        goOn.countDown();
        stream.send(3, 3);

        await().until(() -> heard.size() == 3);
        assertThat(feed.token()).isNotEmpty();
    }

    @Test
    void tokenBringsAnotherFeedBehindWhatTheFirstDelivered() {
        EventStream feed = tail(EventQuery.all());
        node.nextTail().send(1, 7);
        done(feed.ready());
        feed.close();
        done(feed.ended());

        tail(EventQuery.all().resume(feed.token()));

        assertThat(node.nextTail().request.getResumeToken()).isEqualTo(FakeTail.token(7));
    }

    @Test
    void feedOfWhatIsNotKeptAnyMoreEnds() {
        EventStream feed = tail(EventQuery.all().fromSequence(1));
        node.nextTail().fail(Failures.error(Reason.REASON_NOT_RETAINED, "event 1 is not kept any more"));

        assertThat(failure(feed.ended()).reason()).isEqualTo(MusterException.Reason.NOT_RETAINED);
        assertThat(failure(feed.ready()).reason()).isEqualTo(MusterException.Reason.NOT_RETAINED);
    }

    @Test
    void closedFeedIsSilent() {
        EventStream feed = tail(EventQuery.all());
        FakeTail stream = node.nextTail();
        stream.send(1, 1);
        await().until(() -> heard.size() == 1);

        feed.close();

        done(feed.ended());
        done(stream.ended);
    }

    @Test
    void appendIsAWriteOfTheSession() {
        CompletableFuture<Long> sequence =
                muster.client.events().appendAsync("deployed", "release 7", Optional.of(InstanceKey.of("orders", "a")));
        FakeSession session = node.nextSession();
        session.greet(5);
        Request request = session.request();
        session.reply(
                request.getCorrelation(),
                Result.newBuilder()
                        .setAppendEvent(AppendEventResponse.newBuilder().setSequence(12)));

        assertThat(done(sequence)).isEqualTo(12);
        assertThat(request.getSequence()).isEqualTo(1);
        assertThat(request.getAppendEvent().getKind()).isEqualTo("deployed");
        assertThat(request.getAppendEvent().getText()).isEqualTo("release 7");
        assertThat(request.getAppendEvent().getKey().getNamespace()).isEqualTo("default");
    }

    private EventStream tail(EventQuery query) {
        return muster.client.events().tail(query, event -> heard.add(event.sequence()));
    }
}
