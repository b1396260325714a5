// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.client.Consistency;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.MusterException;
import dev.muster.client.WriteResult;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lookups that go along with the writes of a session. */
@Timeout(60)
final class SessionReadsTest {
    private static final LookupResponse KNOWN =
            LookupResponse.newBuilder().setKnown(true).build();

    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();
    private final TestClient muster = new TestClient(node, other);
    /** Lookups that came as calls of their own. */
    private final Queue<LookupRequest> alone = new ConcurrentLinkedQueue<>();

    private FakeSession session;

    @BeforeEach
    void openSession() {
        node.lookup = this::answer;
        other.lookup = this::answer;
        CompletableFuture<WriteResult> first = muster.write("first");
        session = node.nextSession();
        session.greet(11);
        session.accept(session.request(), 1);
        done(first);
    }

    @AfterEach
    void close() {
        muster.close();
        node.close();
        other.close();
    }

    private LookupResponse answer(LookupRequest request) {
        alone.add(request);
        return KNOWN;
    }

    @Test
    void lookupsShareFramesWithWritesAndUseUpNoSequence() {
        List<CompletableFuture<LookupResult>> lookups = new ArrayList<>();
        muster.loop.run(() -> {
            muster.begin("second");
            IntStream.range(0, 600).forEach(i -> lookups.add(lookup("payments", "i" + i)));
        });
        List<Request> requests = session.requests(601);

        assertThat(requests).filteredOn(Request::hasLookup).hasSize(600).allMatch(read -> read.getSequence() == 0);
        assertThat(requests).extracting(Request::getCorrelation).doesNotHaveDuplicates();
        assertThat(session.frames)
                .extracting(ClientFrame::getRequestsCount)
                .contains(1 + SessionReads.MOST_IN_A_FRAME, 600 - SessionReads.MOST_IN_A_FRAME);
        for (Request request : requests) {
            if (request.hasLookup()) {
                boolean known = request.getLookup().getId().equals("i7");
                session.reply(request.getCorrelation(), found(known));
            }
        }
        for (int i = 0; i < 600; i++) {
            assertThat(done(lookups.get(i)).known()).isEqualTo(i == 7);
        }
        assertThat(alone).isEmpty();
    }

    @Test
    void whatABrokenStreamLeftUnansweredIsAskedAgainAlone() {
        CompletableFuture<LookupResult> lookup = lookup("payments", "a");
        session.request();
        session.drop();

        assertThat(done(lookup).known()).isTrue();
        assertThat(alone).extracting(LookupRequest::getId).containsExactly("a");
    }

    @Test
    void whatIsNotAnsweredInItsShareOfTheTimeIsAskedAgainAlone() {
        CompletableFuture<LookupResult> first = lookup("payments", "a");
        session.request();
        muster.loop.advance(TestClient.TIMEOUT.dividedBy(6));
        CompletableFuture<LookupResult> second = lookup("payments", "b");
        Request answered = session.request();
        muster.loop.advance(TestClient.TIMEOUT.dividedBy(4));

        assertThat(done(first).known()).isTrue();
        assertThat(alone).extracting(LookupRequest::getId).containsExactly("a");
        session.reply(answered.getCorrelation(), found(false));
        assertThat(done(second).known()).isFalse();
        assertThat(alone).hasSize(1);
    }

    @Test
    void aNodeThatCannotAnswerIsNotTheLastThatIsAsked() {
        CompletableFuture<LookupResult> lookup = lookup("payments", "a");
        session.refuse(session.request(), Reason.REASON_UNAVAILABLE);

        assertThat(done(lookup).known()).isTrue();
        assertThat(alone).hasSize(1);
    }

    @Test
    void aRefusalIsFinal() {
        CompletableFuture<LookupResult> lookup = lookup("payments", "a");
        session.refuse(session.request(), Reason.REASON_INVALID);

        assertThat(failure(lookup).reason()).isEqualTo(MusterException.Reason.INVALID);
        assertThat(alone).isEmpty();
    }

    @Test
    void whatNeedsNoLeaderGoesToAnyNode() {
        LookupQuery local = LookupQuery.of("payments").consistency(Consistency.LOCAL);
        assertThat(done(muster.client.lookupAsync(local)).known()).isTrue();
        assertThat(session.hasRequest()).isFalse();
    }

    @Test
    void whatIsUnderWayFailsWhenTheClientIsClosed() {
        CompletableFuture<LookupResponse> never = new CompletableFuture<>();
        node.lookup = request -> never.join();
        other.lookup = request -> never.join();
        CompletableFuture<LookupResult> lookup = lookup("payments", "a");
        session.request();
        muster.close();
        assertThat(failure(lookup).fate()).isEqualTo(MusterException.Fate.NOT_APPLIED);
        never.complete(KNOWN);
    }

    private CompletableFuture<LookupResult> lookup(String service, String id) {
        return muster.client.lookupAsync(LookupQuery.of(service).id(id));
    }

    private static Result.Builder found(boolean known) {
        return Result.newBuilder().setLookup(LookupResponse.newBuilder().setKnown(known));
    }
}
