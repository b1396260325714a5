// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Key;
import dev.muster.client.KeySet;
import dev.muster.client.Keyspace;
import dev.muster.client.MusterException;
import dev.muster.v1.NextKeySetResponse;
import dev.muster.v1.Number;
import dev.muster.v1.NumberRange;
import dev.muster.v1.Reason;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeyspaceTest {
    private final FakeNode node = new FakeNode();
    private final TestClient muster = new TestClient(node);
    private final Keyspace invoices = muster.client.keyspace("invoice");

    @AfterEach
    void close() {
        muster.close();
        node.close();
    }

    @Test
    void numbersComeOneByOneOutOfASetAndTheNextSetIsFetchedAtItsMiddle() {
        FakeSession stream = firstSet(1);
        assertThat(take(7)).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L);
        muster.loop.run(() -> {});
        assertThat(stream.hasRequest()).isFalse();
        assertThat(take(1)).containsExactly(9L);

        Request second = stream.request();
        give(stream, second, 101);
        assertThat(take(9)).containsExactly(10L, 11L, 12L, 13L, 14L, 15L, 16L, 101L, 102L);
    }

    @Test
    void setsGrowWhileTheyAreUsedUpFastAndShrinkWhenTheyLast() {
        FakeSession stream = firstSet(1);
        take(8);
        Request second = stream.request();
        assertThat(second.getNextKeySet().getSize()).isEqualTo(2 * SetSize.SMALLEST);
        give(stream, second, 101);
        take(7);
        take(16);
        muster.loop.pass(Duration.ofSeconds(6));
        take(1);
        assertThat(stream.request().getNextKeySet().getSize()).isEqualTo(SetSize.SMALLEST);
    }

    @Test
    void numbersOfALostSessionAreNotGivenOut() {
        FakeSession first = firstSet(1);
        first.drop();
        FakeSession second = node.nextSession();
        second.hello();
        second.end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "session 11 ended"));
        CompletableFuture<Key> next = CompletableFuture.supplyAsync(invoices::next);
        FakeSession third = node.nextSession();
        third.greet(12);
        give(third, third.request(), 101);

        assertThat(done(next)).isEqualTo(Key.of(101));
    }

    @Test
    void whileNoKeepAliveIsAcknowledgedNoNumberIsGivenOutAndThenItGoesOn() {
        FakeSession first = firstSet(1);
        first.keepsAlive = false;
        first.drop();
        FakeSession second = node.nextSession();
        muster.loop.advance(Duration.ofMillis(400));
        assertThat(take(1)).containsExactly(2L);
        CompletableFuture<Key> next = new CompletableFuture<>();
        muster.loop.run(() -> {
            // By now a tenth of the session's time is left.
            muster.loop.pass(TestClient.TTL.multipliedBy(9).dividedBy(10));
            assertThatThrownBy(invoices::next).isInstanceOf(IllegalStateException.class);
            var unused = next.completeAsync(invoices::next);
        });
        second.greet(11);

        assertThat(done(next).toLong()).isBetween(3L, 5L);
    }

    @Test
    void closingReturnsWhatWasNotUsed() {
        FakeSession stream = firstSet(1);
        take(8);
        give(stream, stream.request(), 101);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(invoices::close);
        List<Request> returned = stream.requests(2);

        assertThat(returned)
                .extracting(request -> request.getReturnKeys().getKeys())
                .containsExactly(range(10, 16), range(101, 132));
        returned.forEach(request -> stream.accept(request, 5));
        done(closing);
        assertThatThrownBy(invoices::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSetThatArrivesAfterTheEndIsReturnedWhole() {
        FakeSession stream = firstSet(1);
        take(8);
        Request late = stream.request();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(invoices::close);
        Request rest = stream.request();
        stream.accept(rest, 5);
        give(stream, late, 101);
        Request whole = stream.request();

        assertThat(whole.getReturnKeys().getKeys()).isEqualTo(range(101, 132));
        assertThat(closing).isNotDone();
        stream.accept(whole, 6);
        done(closing);
    }

    @Test
    void anAlmostExhaustedKeyspaceIsUsedToItsLastNumber() {
        CompletableFuture<Key> next = CompletableFuture.supplyAsync(invoices::next);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        for (int size = SetSize.SMALLEST; size > 1; size /= 2) {
            Request request = stream.request();
            assertThat(request.getNextKeySet().getSize()).isEqualTo(size);
            stream.refuse(request, Reason.REASON_EXHAUSTED);
        }
        give(stream, stream.request(), 99);
        assertThat(done(next)).isEqualTo(Key.of(99));
        CompletableFuture<Key> none = CompletableFuture.supplyAsync(invoices::next);
        refuseUntilDone(none, stream, Reason.REASON_EXHAUSTED);

        assertThat(failure(none).reason()).isEqualTo(MusterException.Reason.EXHAUSTED);
    }

    @Test
    void aRefusalIsToldToWhoeverWaits() {
        CompletableFuture<Key> one = CompletableFuture.supplyAsync(invoices::next);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        refuseUntilDone(one, stream, Reason.REASON_NOT_FOUND);

        assertThat(failure(one).reason()).isEqualTo(MusterException.Reason.NOT_FOUND);
    }

    @Test
    void aWholeSetIsFetchedOnDemand() {
        CompletableFuture<KeySet> set = CompletableFuture.supplyAsync(() -> invoices.nextSet(1_000));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        give(stream, stream.request(), 7);

        assertThat(done(set)).isEqualTo(new KeySet(Key.of(7), 1_000));
        assertThat(done(set).last()).isEqualTo(Key.of(1_006));
    }

    @Test
    void everyNumberOfASetIsClaimedOnceThoughItEndsMeanwhile() {
        for (int round = 0; round < 200; round++) {
            KeyBuffer buffer = new KeyBuffer(new KeySet(Key.of(0), 1_000), new Fence(0, Duration.ofSeconds(1)));
            List<CompletableFuture<List<Long>>> takers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                takers.add(CompletableFuture.supplyAsync(() -> claimAll(buffer)));
            }
            long rest = buffer.claimRest();
            List<Long> all =
                    new ArrayList<>(LongStream.range(rest, 1_000).boxed().toList());
            takers.forEach(taker -> all.addAll(done(taker)));
            assertThat(all).hasSize(1_000).doesNotHaveDuplicates();
        }
    }

    /** Whoever heard of something else just before the refusal asks again. */
    private static void refuseUntilDone(CompletableFuture<?> waiting, FakeSession stream, Reason reason) {
        await().until(() -> {
            if (stream.hasRequest()) {
                stream.refuse(stream.request(), reason);
            }
            return waiting.isDone();
        });
    }

    private static List<Long> claimAll(KeyBuffer buffer) {
        List<Long> claimed = new ArrayList<>();
        for (long place = buffer.claim(); place >= 0; place = buffer.claim()) {
            claimed.add(place);
        }
        return claimed;
    }

    /** Takes the first number of the first set, which begins with that number. */
    private FakeSession firstSet(long from) {
        CompletableFuture<Key> first = CompletableFuture.supplyAsync(invoices::next);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        Request request = stream.request();
        assertThat(request.getNextKeySet().getSize()).isEqualTo(SetSize.SMALLEST);
        give(stream, request, from);
        assertThat(done(first)).isEqualTo(Key.of(from));
        return stream;
    }

    private List<Long> take(int count) {
        return LongStream.range(0, count)
                .mapToObj(i -> done(CompletableFuture.supplyAsync(invoices::nextLong)))
                .toList();
    }

    private static void give(FakeSession stream, Request request, long first) {
        long last = first + request.getNextKeySet().getSize() - 1;
        stream.reply(
                request.getCorrelation(),
                Result.newBuilder()
                        .setNextKeySet(NextKeySetResponse.newBuilder().setKeys(range(first, last))));
    }

    private static NumberRange range(long first, long last) {
        return NumberRange.newBuilder()
                .setFirst(Number.newBuilder().setLow(first))
                .setLast(Number.newBuilder().setLow(last))
                .build();
    }
}
