// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.muster.internal.v1.Command;
import dev.muster.internal.v1.FetchEventsRequest;
import dev.muster.internal.v1.FetchEventsResponse;
import dev.muster.server.replica.FollowerReplica;
import dev.muster.server.replica.Replica;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.task.FakeLoop;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.Error;
import dev.muster.v1.Event;
import dev.muster.v1.EventFilter;
import dev.muster.v1.EventType;
import dev.muster.v1.ListEventsRequest;
import dev.muster.v1.ListEventsResponse;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.Reason;
import dev.muster.v1.TailEventsRequest;
import dev.muster.v1.TailEventsResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventHistoryTest {
    private static final int RING = 20;

    @TempDir
    private Path folder;

    private final FakeLoop loop = new FakeLoop();
    private final SingleReplica replica = Replicas.inline(settings -> settings.setMaxEvents(RING));
    private final List<String> reports = new ArrayList<>();
    private EventPeers peers =
            (address, request) -> CompletableFuture.failedFuture(new IllegalStateException("no peer was expected"));

    @AfterEach
    void nothingFailed() {
        assertThat(loop.failures()).isEmpty();
    }

    @Test
    void everyEventIsListedThoughTheRingForgotIt() {
        EventHistory history = start(replica, "a");
        write(500);

        assertThat(sequences(listAll(history, request(100)))).isEqualTo(upTo(502));
    }

    @Test
    void newestFirstIsTheSameBackwards() {
        EventHistory history = start(replica, "a");
        write(700);
        List<Long> expected = new ArrayList<>(upTo(702));
        Collections.reverse(expected);

        assertThat(sequences(listAll(history, request(100).setNewestFirst(true))))
                .isEqualTo(expected);
    }

    @Test
    void moreEventsThanTheRingHoldsInOneCommandAreAllKept() {
        EventHistory history = start(replica, "a");
        loop.run();
        BatchRequest.Builder batch = BatchRequest.newBuilder();
        for (int i = 0; i < 100; i++) {
            batch.addChanges(Change.newBuilder().setRegister(Replicas.register("orders", "i" + i, 0)));
        }
        Replicas.done(replica, Command.newBuilder().setBatch(batch));

        assertThat(replica.state().events().size()).isEqualTo(RING);
        assertThat(sequences(listAll(history, request(1_000)))).isEqualTo(upTo(102));
    }

    @Test
    void afterARestartWhatTheRingRepeatsIsPassedOver() {
        start(replica, "a");
        write(300);
        loop.run();

        EventHistory again = start(replica, "a");
        write(5);

        assertThat(sequences(listAll(again, request(1_000)))).isEqualTo(upTo(307));
        assertThat(reports).isEmpty();
    }

    @Test
    void aNodeThatJumpedFetchesWhatItMissedFromAnother() {
        EventHistory full = start(replica, "a");
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) -> answer(full, request);
        EventHistory other = start(follower, "b");
        write(10);
        loop.run();
        follower.stayBehind();
        write(2_500);
        follower.catchUp();

        loop.advance(Duration.ofSeconds(5));

        peers = (address, request) -> CompletableFuture.failedFuture(new IllegalStateException("asked again"));
        assertThat(listAll(other, request(1_000))).isEqualTo(listAll(full, request(1_000)));
    }

    @Test
    void whatIsAppliedMeanwhileIsNotAskedForElsewhere() {
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        List<FetchEventsRequest> asked = new ArrayList<>();
        peers = (address, request) -> {
            asked.add(request);
            return new CompletableFuture<>();
        };
        start(follower, "b");
        loop.run();
        Iterator<Integer> left = IntStream.range(0, 6).iterator();
        follower.afterEachRead(() -> {
            if (left.hasNext()) {
                left.next();
                write(1);
            }
        });

        loop.advance(Duration.ofSeconds(5));

        assertThat(left).isExhausted();
        assertThat(asked).isEmpty();
    }

    @Test
    void anEmptiedNodeAnswersFromAnotherUntilItHasFetchedAll() {
        EventHistory full = start(replica, "a");
        write(400);
        loop.run();
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) -> answer(full, request);
        EventHistory other = start(follower, "b");

        assertThat(sequences(listAll(other, request(100).setFromSequence(1)))).isEqualTo(upTo(402));
        List<Long> backwards = new ArrayList<>(upTo(402));
        Collections.reverse(backwards);
        assertThat(sequences(listAll(other, request(100).setNewestFirst(true)))).isEqualTo(backwards);
    }

    @Test
    void whatAnotherNodeSaysIsTakenOnlyInItsPlace() {
        EventHistory full = start(replica, "a");
        write(400);
        loop.run();
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) -> answer(full, request)
                .thenApply(response -> response.toBuilder()
                        .removeEvents(response.getEventsCount() / 2)
                        .build());
        EventHistory other = start(follower, "b");

        assertThatThrownBy(() -> listAll(other, request(100).setFromSequence(1)))
                .hasRootCauseInstanceOf(ReplicaException.class);
    }

    @Test
    void whatNobodyKeepsIsRefusedInWordsThatSayWhatIsKept() {
        start(replica, "a");
        write(400);
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) -> CompletableFuture.completedFuture(FetchEventsResponse.newBuilder()
                .setOldestSequence(300)
                .setNewestSequence(402)
                .build());
        EventHistory other = start(follower, "b");

        assertThatThrownBy(() -> listAll(other, request(100).setFromSequence(7)))
                .rootCause()
                .hasMessage("REASON_NOT_RETAINED: event 7 is not kept any more (this node keeps 383 to 402, node node-1"
                        + " keeps 300 to 402); begin with one that is");
        assertThat(sequences(listAll(other, request(100))))
                .isEqualTo(LongStream.rangeClosed(383, 402).boxed().toList());
    }

    @Test
    void aSilentNodeMayHaveWhatIsMissing() {
        start(replica, "a");
        write(400);
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) ->
                CompletableFuture.failedFuture(ReplicaException.of(Reason.REASON_UNAVAILABLE, "it is down"));
        EventHistory other = start(follower, "b");

        assertThatThrownBy(() -> listAll(other, request(100).setFromSequence(7)))
                .rootCause()
                .hasMessageContaining("REASON_UNAVAILABLE: event 7 is with none of the nodes that answered");
    }

    @Test
    void damageIsMendedFromAnotherNode() throws IOException {
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        EventHistory full = start(replica, "a");
        peers = (address, request) -> answer(full, request);
        write(400);
        start(follower, "b");
        loop.advance(Duration.ofSeconds(2));
        flipIn(folder.resolve("b"));

        EventHistory again = start(follower, "b");
        loop.advance(Duration.ofSeconds(2));

        assertThat(reports).singleElement().asString().contains("is damaged at offset");
        peers = (address, request) -> CompletableFuture.failedFuture(new IllegalStateException("asked again"));
        assertThat(sequences(listAll(again, request(1_000)))).isEqualTo(upTo(402));
    }

    @Test
    void onlyWhatFitsTheFilterIsListed() {
        EventHistory history = start(replica, "a");
        write(30);
        Replicas.registered(replica, "payments", "a", 0);
        Replicas.registered(replica, "payments", "b", 0);
        Replicas.deregistered(replica, "payments", "a");

        assertThat(filtered(history, EventFilter.newBuilder().setService("payments")))
                .extracting(event -> event.getType() + " " + event.getKey().getId())
                .containsExactly(
                        "EVENT_TYPE_INSTANCE_REGISTERED a",
                        "EVENT_TYPE_INSTANCE_REGISTERED b",
                        "EVENT_TYPE_INSTANCE_DEREGISTERED a");
        assertThat(filtered(
                        history, EventFilter.newBuilder().setService("payments").setId("b")))
                .hasSize(1);
        assertThat(filtered(history, EventFilter.newBuilder().setNamespace("default")))
                .hasSize(33);
        assertThat(filtered(history, EventFilter.newBuilder().setNamespace("other")))
                .isEmpty();
        assertThat(filtered(history, EventFilter.newBuilder().addTypes(EventType.EVENT_TYPE_LEADER_CHANGED)))
                .hasSize(1);
        long now = replica.state().clockMillis();
        assertThat(filtered(history, EventFilter.newBuilder().setFromMillis(now + 1)))
                .isEmpty();
        assertThat(filtered(history, EventFilter.newBuilder().setFromMillis(now)))
                .hasSize(35);
        assertThat(filtered(history, EventFilter.newBuilder().setBeforeMillis(now)))
                .isEmpty();
    }

    @Test
    void aTailGetsEveryEventOnceInOrderHoweverSlowItReads() {
        EventHistory history = start(replica, "a");
        write(10);
        loop.run();
        Reader reader = new Reader();
        EventTail tail =
                history.tail(TailEventsRequest.newBuilder().setFromSequence(1).build(), reader);
        loop.run();
        reader.ready = false;
        write(900);
        loop.run();
        assertThat(reader.events).hasSize(12);

        reader.ready = true;
        tail.ready();
        loop.run();

        assertThat(sequences(reader.events)).isEqualTo(upTo(912));
    }

    @Test
    void aTailFromATimeGetsWhatFitsAndWhatHappensFromThenOn() {
        EventHistory history = start(replica, "a");
        write(100);
        loop.run();
        long now = replica.state().clockMillis();
        Reader all = new Reader();
        Reader none = new Reader();
        history.tail(from(now), all);
        history.tail(from(now + 1), none);
        loop.run();
        write(5);
        loop.run();

        assertThat(sequences(all.events)).isEqualTo(upTo(107));
        assertThat(none.events).isEmpty();
        assertThat(none.end).isNull();
    }

    private static TailEventsRequest from(long millis) {
        return TailEventsRequest.newBuilder()
                .setFilter(EventFilter.newBuilder().setFromMillis(millis))
                .build();
    }

    @Test
    void keySetsPushNoEventOutOfTheLog() {
        EventHistory history = start(replica, "a");
        write(3);
        long session = Replicas.opened(replica, 10_000);
        Replicas.done(
                replica,
                Command.newBuilder()
                        .setCreateKeyspace(CreateKeyspaceRequest.newBuilder().setName("invoice")));
        for (int i = 1; i <= 3_000; i++) {
            Replicas.done(
                    replica,
                    Command.newBuilder()
                            .setSession(session)
                            .setGeneration(1)
                            .setSequence(i)
                            .setAckBelow(i)
                            .setNextKeySet(NextKeySetRequest.newBuilder()
                                    .setKeyspace("invoice")
                                    .setSize(1)));
        }

        assertThat(filtered(history, EventFilter.newBuilder().setService("orders")))
                .hasSize(3);
        assertThat(sequences(listAll(history, request(1_000)))).isEqualTo(upTo(3_007));
    }

    @Test
    void eventsAreWrittenManyAtATimeUnlessSomebodyWaitsForThem() throws IOException {
        EventHistory history = start(replica, "a");
        loop.run();
        long before = eventBytes();
        write(10);
        loop.run();
        assertThat(eventBytes()).as("nobody waits").isEqualTo(before);
        loop.advance(Duration.ofSeconds(1));
        assertThat(eventBytes()).as("but not for long").isGreaterThan(before);

        Reader reader = new Reader();
        history.tail(TailEventsRequest.getDefaultInstance(), reader);
        loop.run();
        write(1);
        loop.run();
        assertThat(reader.events).hasSize(1);
    }

    private long eventBytes() throws IOException {
        try (var files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    @Test
    void aTailGoesOnAtAnotherNodeWithItsToken() {
        EventHistory first = start(replica, "a");
        FollowerReplica follower = new FollowerReplica("node-2", replica, "");
        peers = (address, request) -> answer(first, request);
        EventHistory second = start(follower, "b");
        write(30);
        Reader reader = new Reader();
        EventTail tail =
                first.tail(TailEventsRequest.newBuilder().setFromSequence(5).build(), reader);
        loop.run();
        tail.close();
        loop.run();
        write(100);

        second.tail(TailEventsRequest.newBuilder().setResumeToken(reader.token).build(), reader);
        loop.run();
        write(7);
        loop.advance(Duration.ofSeconds(1));

        assertThat(sequences(reader.events))
                .isEqualTo(LongStream.rangeClosed(5, 139).boxed().toList());
    }

    @Test
    void aTailFromNowOnSaysWhereItStandsAndBeginsBehindTheNewest() {
        EventHistory history = start(replica, "a");
        write(30);
        Reader reader = new Reader();
        history.tail(TailEventsRequest.getDefaultInstance(), reader);
        loop.run();
        assertThat(reader.frames).isEqualTo(1);
        loop.advance(EventTail.PROGRESS.plusSeconds(1));
        assertThat(reader.frames).isEqualTo(2);

        write(1);
        loop.run();

        assertThat(sequences(reader.events)).containsExactly(33L);
    }

    @Test
    void aTailFromWhatIsNotKeptEnds() {
        EventHistory history = start(replica, "a", new Retention(Duration.ofDays(30), 100, 1 << 20));
        peers = (address, request) -> CompletableFuture.completedFuture(FetchEventsResponse.getDefaultInstance());
        write(2_000);
        loop.advance(Duration.ofSeconds(2));
        Reader reader = new Reader();

        history.tail(TailEventsRequest.newBuilder().setFromSequence(1).build(), reader);
        loop.run();

        assertThat(reader.end).isNotNull();
        assertThat(reader.end.getReason()).isEqualTo(Reason.REASON_NOT_RETAINED);
    }

    @Test
    void aTokenOfAnotherClusterIsRefused() {
        EventHistory history = start(replica, "a");
        ByteString foreign = EventToken.encode(new Epoch("elsewhere", 1, 1), 5);
        Reader reader = new Reader();

        history.tail(TailEventsRequest.newBuilder().setResumeToken(foreign).build(), reader);
        loop.run();

        assertThat(reader.end).isNotNull();
        assertThat(reader.end.getReason()).isEqualTo(Reason.REASON_WRONG_CLUSTER);
    }

    @Test
    void aFolderThatCannotBeUsedIsReportedOnceAndTheNodeGoesOn() throws IOException {
        Files.writeString(folder.resolve("a"), "no folder");
        EventHistory history = start(replica, "a");
        write(10);
        loop.advance(Duration.ofSeconds(3));

        assertThat(reports).singleElement().asString().contains("cannot be written");
        assertThat(sequences(listAll(history, request(100)))).isEqualTo(upTo(12));

        Files.delete(folder.resolve("a"));
        loop.advance(Duration.ofSeconds(1));
        assertThat(reports).hasSize(2);
    }

    private EventHistory start(Replica of, String name) {
        return start(of, name, Retention.DEFAULT);
    }

    private EventHistory start(Replica of, String name, Retention retention) {
        return EventHistory.start(
                of,
                new EventHistory.Options(
                        Optional.of(folder.resolve(name)),
                        retention,
                        (address, request) -> peers.fetchEvents(address, request),
                        reports::add),
                loop);
    }

    /** Registers so many instances, each by a command of its own. */
    private void write(int count) {
        for (int i = 0; i < count; i++) {
            Replicas.registered(replica, "orders", "i" + replica.state().revision(), 0);
        }
    }

    private static CompletableFuture<FetchEventsResponse> answer(EventHistory other, FetchEventsRequest request) {
        return other.fetch(request);
    }

    private List<Event> filtered(EventHistory history, EventFilter.Builder filter) {
        return listAll(history, request(1_000).setFilter(filter));
    }

    private static ListEventsRequest.Builder request(int pageSize) {
        return ListEventsRequest.newBuilder().setPageSize(pageSize);
    }

    private List<Event> listAll(EventHistory history, ListEventsRequest.Builder request) {
        List<Event> all = new ArrayList<>();
        String token = "";
        do {
            CompletableFuture<ListEventsResponse.Builder> page =
                    history.list(request.setPageToken(token).build());
            loop.run();
            assertThat(page).isDone();
            ListEventsResponse.Builder got = page.join();
            all.addAll(got.getEventsList());
            token = got.getNextPageToken();
        } while (!token.isEmpty());
        return all;
    }

    private static void flipIn(Path where) throws IOException {
        try (var files = Files.walk(where)) {
            Path file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
    }

    private static List<Long> sequences(List<Event> events) {
        return events.stream().map(Event::getSequence).toList();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static final class Reader implements TailSink {
        private final List<Event> events = new ArrayList<>();
        private ByteString token = ByteString.EMPTY;
        private int frames;
        private boolean ready = true;
        private @Nullable Error end;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void send(TailEventsResponse frame) {
            frames++;
            events.addAll(frame.getEventsList());
            token = frame.getResumeToken();
        }

        @Override
        public void fail(Error error) {
            end = error;
        }
    }
}
