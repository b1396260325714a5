// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.WriteResult;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Error;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.Request;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionTest {
    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();
    private final TestClient muster = new TestClient(node, other);

    @AfterEach
    void close() {
        muster.close();
        node.close();
        other.close();
    }

    @Test
    void sequenceBeginsAtOneAndHasNoGap() {
        List<CompletableFuture<WriteResult>> writes = writes(5);
        FakeSession stream = node.nextSession();
        ClientHello hello = stream.greet(11);
        List<Request> requests = stream.requests(5);

        assertThat(hello.getSession()).isZero();
        assertThat(hello.getGeneration()).isEqualTo(1);
        assertThat(hello.getTtlMillis()).isEqualTo(TestClient.TTL.toMillis());
        assertThat(requests).extracting(Request::getSequence).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(ids(requests)).containsExactly("w0", "w1", "w2", "w3", "w4");
        requests.forEach(request -> stream.accept(request, 100 + request.getSequence()));
        assertThat(writes.get(4).join().position().revision()).isEqualTo(105);
    }

    @Test
    void writesInFlightShareFrames() {
        List<CompletableFuture<WriteResult>> writes = writes(2048);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        List<Request> requests = stream.requests(2048);

        long frames = stream.frames.stream()
                .filter(frame -> frame.getRequestsCount() > 0)
                .count();
        assertThat(frames).isEqualTo(2048 / WriteWindow.MOST_REQUESTS);
        assertThat(requests)
                .extracting(Request::getSequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2048).boxed().toList());
        requests.forEach(request -> stream.accept(request, request.getSequence()));
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
    }

    @Test
    void framesStayBelowTheRegistrysBound() {
        String large = "x".repeat(60_000);
        for (int i = 0; i < 40; i++) {
            var unused = muster.client.writeAsync(
                    Change.register(TestClient.instance("w" + i).version(large)));
        }
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.requests(40);

        assertThat(stream.frames)
                .allSatisfy(frame -> assertThat(frame.getSerializedSize()).isLessThan(1 << 20));
    }

    @Test
    void noMoreWritesAreUnansweredThanTheRegistryRemembers() {
        var unused = writes(WriteWindow.WINDOW + 10);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        List<Request> requests = stream.requests(WriteWindow.WINDOW);

        muster.loop.run(() -> {});
        assertThat(stream.hasRequest()).isFalse();
        stream.accept(requests.get(0), 1);
        assertThat(stream.request().getSequence()).isEqualTo(WriteWindow.WINDOW + 1L);
    }

    @Test
    void brokenStreamIsFollowedByAllUnansweredWritesInOrderUnderAHigherGeneration() {
        var unused = writes(4);
        FakeSession first = node.nextSession();
        first.greet(11);
        List<Request> sent = first.requests(4);
        first.accept(sent.get(0), 100);
        first.accept(sent.get(2), 102);
        muster.begin("later");
        first.request();
        first.drop();

        FakeSession second = other.nextSession();
        ClientHello hello = second.greet(11);
        List<Request> again = second.requests(3);
        assertThat(hello.getSession()).isEqualTo(11);
        assertThat(hello.getGeneration()).isEqualTo(2);
        assertThat(hello.getClusterId()).isEqualTo(FakeSession.CLUSTER);
        assertThat(hello.getEpochId()).isEqualTo(FakeSession.EPOCH);
        assertThat(again).extracting(Request::getSequence).containsExactly(2L, 4L, 5L);
        assertThat(again.get(0)).isEqualTo(sent.get(1));
        assertThat(again.get(1)).isEqualTo(sent.get(3));
    }

    @Test
    void writeWhoseReplyWasLostIsAnsweredByTheNextStream() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        Request sent = first.request();
        first.drop();
        FakeSession second = other.nextSession();
        second.greet(11);
        Request again = second.request();

        assertThat(again).isEqualTo(sent);
        second.accept(again, 100);
        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void answeredWritesAreAcknowledgedUpToTheFirstUnanswered() {
        List<CompletableFuture<WriteResult>> writes = writes(3);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        List<Request> requests = stream.requests(3);
        stream.accept(requests.get(0), 100);
        stream.accept(requests.get(2), 102);
        done(writes.get(2));
        muster.begin("probe");
        stream.request();
        assertThat(lastFrame(stream).getAckBelow()).isEqualTo(2);

        stream.accept(requests.get(1), 101);
        done(writes.get(1));
        muster.begin("probe");
        stream.request();
        assertThat(lastFrame(stream).getAckBelow()).isEqualTo(4);
    }

    @Test
    void endThatNamesTheLeaderLeadsThere() {
        CompletableFuture<WriteResult> write = muster.write("w");
        try (FakeNode leader = new FakeNode()) {
            FakeSession first = node.nextSession();
            first.greet(11);
            first.request();
            first.end(notLeader(leader.address()));
            FakeSession second = leader.nextSession();
            second.greet(11);
            second.accept(second.request(), 100);

            assertThat(write.join().position().revision()).isEqualTo(100);
            assertThat(other.sessions).isEmpty();
        }
    }

    @Test
    void writeRefusedByAFollowerIsSentAgainToTheLeader() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        Request sent = first.request();
        first.refuse(sent, notLeader(other.address()));
        FakeSession second = other.nextSession();
        second.greet(11);
        Request again = second.request();

        assertThat(again).isEqualTo(sent);
        second.accept(again, 100);
        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void greetingThatNamesTheLeaderLeadsThereBeforeAnythingIsSent() {
        muster.begin("w");
        FakeSession first = node.nextSession();
        first.greet(11, other.address(), FakeSession.EPOCH);
        FakeSession second = other.nextSession();
        ClientHello hello = second.greet(11, other.address(), FakeSession.EPOCH);

        assertThat(hello.getSession()).isEqualTo(11);
        assertThat(hello.getGeneration()).isEqualTo(2);
        assertThat(second.request().getSequence()).isEqualTo(1);
        assertThat(first.hasRequest()).isFalse();
    }

    @Test
    void nodesThatNameEachOtherAsLeaderAreNotRunBetween() {
        muster.begin("w");
        node.nextSession().greet(11, other.address(), FakeSession.EPOCH);
        FakeSession second = other.nextSession();
        second.greet(11, node.address(), FakeSession.EPOCH);

        assertThat(second.request().getSequence()).isEqualTo(1);
        assertThat(node.sessions).isEmpty();
    }

    @Test
    void leaderThatCannotBeReachedIsNotInsistedOn() {
        FakeNode dead = new FakeNode();
        dead.kill();
        CompletableFuture<WriteResult> write = muster.write("w");
        node.nextSession().greet(11, dead.address(), FakeSession.EPOCH);
        FakeSession next = node.nextSession();
        next.greet(11, dead.address(), FakeSession.EPOCH);

        next.accept(next.request(), 100);
        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void leaderWithoutAnAddressIsNotLookedFor() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession stream = node.nextSession();
        stream.greet(11, "n3, as far as I know", FakeSession.EPOCH);
        stream.accept(stream.request(), 100);

        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void deadNodeIsLeftForTheNext() {
        node.kill();
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession stream = other.nextSession();
        stream.greet(11);
        stream.accept(stream.request(), 100);

        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void nodeThatComesBackIsUsedAgain() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        first.request();
        node.kill();
        other.kill();
        node.restart();
        FakeSession second = node.nextSession();
        second.greet(11);
        second.accept(second.request(), 100);

        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void refusalIsTheWritersAnswerAndChangesNothingElse() {
        CompletableFuture<WriteResult> refused = muster.write("w0");
        CompletableFuture<WriteResult> accepted = muster.write("w1");
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.refuse(stream.request(), Reason.REASON_NOT_FOUND);
        stream.accept(stream.request(), 100);

        assertThat(accepted.join().position().revision()).isEqualTo(100);
        assertThat(failure(refused).reason()).isEqualTo(MusterException.Reason.NOT_FOUND);
        assertThat(failure(refused).fate()).isEqualTo(Fate.NOT_APPLIED);
    }

    @Test
    void sequenceThatARefusalDidNotUseUpIsFilled() {
        CompletableFuture<WriteResult> refused = muster.write("refused");
        CompletableFuture<WriteResult> next = muster.write("next");
        FakeSession first = node.nextSession();
        first.greet(11);
        List<Request> sent = first.requests(2);
        first.refuse(sent.get(0), Reason.REASON_LIMIT);
        first.refuse(sent.get(1), Reason.REASON_OUT_OF_SEQUENCE);
        assertThat(failure(refused).fate()).isEqualTo(Fate.NOT_APPLIED);

        FakeSession second = node.nextSession();
        assertThat(second.greet(11).getSession()).isEqualTo(11);
        List<Request> again = second.requests(2);
        assertThat(again.get(0).getSequence()).isEqualTo(1);
        assertThat(again.get(0).getDeregister()).isEqualTo(DeregisterRequest.getDefaultInstance());
        assertThat(again.get(1)).isEqualTo(sent.get(1));
        second.refuse(again.get(0), Reason.REASON_INVALID);
        second.accept(again.get(1), 100);
        done(next);
        muster.begin("probe");
        second.request();
        assertThat(lastFrame(second).getAckBelow()).isEqualTo(3);
    }

    @Test
    void refusalThatUsedUpItsSequenceIsAcknowledged() {
        CompletableFuture<WriteResult> refused = muster.write("refused");
        CompletableFuture<WriteResult> next = muster.write("next");
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.refuse(stream.request(), Reason.REASON_LIMIT);
        stream.accept(stream.request(), 100);
        done(next);
        muster.begin("probe");
        stream.request();

        assertThat(refused).isCompletedExceptionally();
        assertThat(lastFrame(stream).getAckBelow()).isEqualTo(3);
    }

    @Test
    void writesThatAreAllRefusedLeaveRoomForOthers() {
        List<CompletableFuture<WriteResult>> writes = writes(WriteWindow.WINDOW + 1);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.requests(WriteWindow.WINDOW).forEach(request -> stream.refuse(request, Reason.REASON_LIMIT));

        Request next = stream.request();
        while (next.getDeregister().equals(DeregisterRequest.getDefaultInstance())) {
            stream.refuse(next, Reason.REASON_INVALID);
            next = stream.request();
        }
        assertThat(next.getSequence()).isEqualTo(WriteWindow.WINDOW + 1L);
        stream.accept(next, 100);
        done(writes.get(WriteWindow.WINDOW));
        assertThat(failure(writes.get(0)).fate()).isEqualTo(Fate.NOT_APPLIED);
    }

    @Test
    void lostSessionLeavesTheFateOfSentWritesUnknownAndTakesTheOthersAlong() {
        List<CompletableFuture<WriteResult>> sent = writes(2);
        FakeSession first = node.nextSession();
        first.greet(11);
        first.requests(2);
        first.drop();
        FakeSession second = other.nextSession();
        CompletableFuture<WriteResult> unsent = muster.write("unsent");
        second.hello();
        second.end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "session 11 ended"));
        FakeSession third = other.nextSession();
        ClientHello hello = third.greet(12);
        Request request = third.request();

        assertThat(sent).allSatisfy(write -> {
            assertThat(failure(write).reason()).isEqualTo(MusterException.Reason.UNKNOWN_OUTCOME);
            assertThat(failure(write).fate()).isEqualTo(Fate.UNKNOWN);
        });
        assertThat(hello.getSession()).isZero();
        assertThat(hello.getGeneration()).isEqualTo(1);
        assertThat(hello.getClusterId()).isEmpty();
        assertThat(ids(List.of(request))).containsExactly("unsent");
        assertThat(request.getSequence()).isEqualTo(1);
        third.accept(request, 100);
        assertThat(unsent.join().position().revision()).isEqualTo(100);
    }

    @Test
    void writeSentOnceAndRefusedForItsSessionWasCertainlyNotDone() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.refuse(stream.request(), Reason.REASON_SESSION_UNKNOWN);

        assertThat(failure(write).fate()).isEqualTo(Fate.NOT_APPLIED);
    }

    @Test
    void sequenceMissedTwiceEndsTheSession() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        first.refuse(first.request(), Reason.REASON_OUT_OF_SEQUENCE);
        FakeSession second = node.nextSession();
        assertThat(second.greet(11).getSession()).isEqualTo(11);
        muster.begin("later");
        second.refuse(second.request(), Reason.REASON_OUT_OF_SEQUENCE);

        assertThat(failure(write).fate()).isEqualTo(Fate.UNKNOWN);
        muster.begin("new");
        assertThat(node.nextSession().greet(12).getSession()).isZero();
    }

    @Test
    void oneStrangersClusterIsNotBelieved() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        first.request();
        first.drop();
        for (int i = 0; i < 3; i++) {
            // The other one could not be reached a moment ago.
            FakeSession stranger = other.nextSession();
            stranger.hello();
            stranger.end(Failures.error(Reason.REASON_WRONG_CLUSTER, "this is c2"));
        }
        other.nextSession();
        other.kill();
        FakeSession second = node.nextSession();
        second.greet(11);
        second.accept(second.request(), 100);

        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void writeThatWasNeverSentInTimeIsNotApplied() {
        CompletableFuture<WriteResult> write = muster.write("w");
        node.nextSession();
        muster.loop.advance(TestClient.TIMEOUT);

        assertThat(failure(write).reason()).isEqualTo(MusterException.Reason.UNAVAILABLE);
        assertThat(failure(write).fate()).isEqualTo(Fate.NOT_APPLIED);
    }

    @Test
    void writeUnansweredInTimeHasAnUnknownFateAndKeepsItsPlace() {
        CompletableFuture<WriteResult> probe = muster.write("probe");
        FakeSession first = node.nextSession();
        first.greet(11);
        first.accept(first.request(), 100);
        done(probe);
        CompletableFuture<WriteResult> late = muster.write("late");
        Request sent = first.request();
        muster.loop.advance(TestClient.TIMEOUT);
        assertThat(failure(late).reason()).isEqualTo(MusterException.Reason.UNKNOWN_OUTCOME);
        assertThat(failure(late).fate()).isEqualTo(Fate.UNKNOWN);

        CompletableFuture<WriteResult> next = muster.write("next");
        assertThat(first.request().getSequence()).isEqualTo(3);
        first.drop();
        FakeSession second = other.nextSession();
        second.greet(11);
        List<Request> again = second.requests(2);
        assertThat(again.get(0)).isEqualTo(sent);
        again.forEach(request -> second.accept(request, 100 + request.getSequence()));
        assertThat(next.join().position().revision()).isEqualTo(103);
    }

    @Test
    void keepAliveGoesOutEachThirdOfTheLeasesTime() {
        muster.begin("w");
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.request();
        for (int expected = 1; expected <= 4; expected++) {
            int count = expected;
            await().until(() -> keepAlives(stream) == count);
            settle(stream);
            muster.loop.advance(TestClient.TTL.dividedBy(3));
        }
        await().until(() -> keepAlives(stream) == 5);
        assertThat(other.sessions).isEmpty();
    }

    @Test
    void streamWhoseWritesAreTurnedAwayIsLeftWhenTheLeaseIsRenewed() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.keepsAlive = false;
        first.greet(11);
        Request sent = first.request();
        first.refuse(sent, Reason.REASON_UNAVAILABLE);
        await().during(Duration.ofMillis(200)).until(() -> !first.ended.isDone());
        first.send(ServerFrame.newBuilder().setKeepAlive(KeepAliveResponse.getDefaultInstance()));

        FakeSession second = other.nextSession();
        second.greet(11);
        assertThat(second.request()).isEqualTo(sent);
        second.accept(sent, 100);
        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void writeUnansweredInTimeSaysWhatWasWrong() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        first.refuse(first.request(), Reason.REASON_UNAVAILABLE);
        FakeSession second = other.nextSession();
        muster.loop.advance(TestClient.TIMEOUT);
        assertThat(failure(write)).hasMessageContaining("no greeting from " + other.address());
        done(second.ended);
    }

    @Test
    void silentStreamIsLeftWhileTheLeaseStillLives() {
        muster.begin("w");
        FakeSession first = node.nextSession();
        first.keepsAlive = false;
        first.greet(11);
        first.request();
        await().until(() -> keepAlives(first) == 1);
        muster.loop.advance(TestClient.TTL.dividedBy(3));

        ClientHello hello = other.nextSession().greet(11);
        assertThat(hello.getSession()).isEqualTo(11);
        assertThat(hello.getGeneration()).isEqualTo(2);
        done(first.ended);
    }

    @Test
    void silentLeaderIsLeftForTheOneThatAnotherNodeNames() {
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        Request sent = first.request();
        other.status = request ->
                StatusResponse.newBuilder().setLeaderAddress(other.address()).build();
        // Until then the answer to the keep-alive may still be on its way.
        await().until(() -> {
            muster.loop.advance(Suspicion.PAUSE);
            return !other.sessions.isEmpty();
        });

        FakeSession second = other.nextSession();
        second.greet(11);
        assertThat(second.request()).isEqualTo(sent);
        second.accept(sent, 100);
        assertThat(write.join().position().revision()).isEqualTo(100);
    }

    @Test
    void slowLeaderThatOthersStillFollowIsWaitedFor() {
        AtomicInteger questions = new AtomicInteger();
        other.status = request -> {
            questions.incrementAndGet();
            return StatusResponse.newBuilder().setLeaderAddress(node.address()).build();
        };
        CompletableFuture<WriteResult> write = muster.write("w");
        FakeSession first = node.nextSession();
        first.greet(11);
        Request sent = first.request();
        await().until(() -> {
            muster.loop.advance(Suspicion.PAUSE);
            return questions.get() >= 3;
        });
        first.accept(sent, 100);

        assertThat(write.join().position().revision()).isEqualTo(100);
        assertThat(other.sessions).isEmpty();
    }

    @Test
    void nodeThatDoesNotGreetIsLeft() {
        muster.begin("w");
        FakeSession first = node.nextSession();
        first.hello();
        muster.loop.advance(Session.LONGEST_HELLO);

        other.nextSession().greet(11);
        done(first.ended);
    }

    @Test
    void tooLargeWriteIsRefusedWithoutTakingASequence() {
        CompletableFuture<WriteResult> large = muster.client.writeAsync(
                Change.register(TestClient.instance("large").version("x".repeat(WriteWindow.LARGEST_REQUEST))));
        muster.begin("w");
        FakeSession stream = node.nextSession();
        stream.greet(11);

        assertThat(stream.request().getSequence()).isEqualTo(1);
        assertThat(failure(large).reason()).isEqualTo(MusterException.Reason.INVALID);
        assertThat(failure(large).fate()).isEqualTo(Fate.NOT_APPLIED);
        assertThat(failure(large)).hasMessageContaining("expected: up to 65536");
    }

    @Test
    void closeEndsTheSessionAfterAllWritesAndThenTheStream() {
        CompletableFuture<WriteResult> write = muster.write("w");
        CompletableFuture<Void> closing = CompletableFuture.runAsync(muster.client::close);
        FakeSession stream = node.nextSession();
        stream.greet(11);
        List<Request> requests = stream.requests(2);
        assertThat(requests.get(1).hasCloseSession()).isTrue();
        requests.forEach(request -> stream.accept(request, 100));

        done(closing);
        assertThat(write.join().position().revision()).isEqualTo(100);
        done(stream.ended);
    }

    @Test
    void closeWithoutARegistryFailsWhatIsLeft() {
        CompletableFuture<WriteResult> sent = muster.write("sent");
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.request();
        node.kill();
        other.kill();
        muster.close();

        assertThat(failure(sent).fate()).isEqualTo(Fate.UNKNOWN);
    }

    private List<CompletableFuture<WriteResult>> writes(int count) {
        return IntStream.range(0, count).mapToObj(i -> muster.write("w" + i)).toList();
    }

    /** Waits until the client has handled all that the node said up to now. */
    private void settle(FakeSession stream) {
        CompletableFuture<WriteResult> probe = muster.write("probe");
        stream.accept(stream.request(), 1);
        done(probe);
    }

    private static ClientFrame lastFrame(FakeSession stream) {
        return stream.frames.get(stream.frames.size() - 1);
    }

    private static long keepAlives(FakeSession stream) {
        return stream.frames.stream().filter(ClientFrame::getKeepAlive).count();
    }

    private static List<String> ids(List<Request> requests) {
        return requests.stream()
                .map(request -> request.getDeregister().getKey().getId())
                .toList();
    }

    private static Error notLeader(String leader) {
        return Error.newBuilder()
                .setReason(Reason.REASON_NOT_LEADER)
                .setMessage("not the leader")
                .setLeader(leader)
                .build();
    }
}
