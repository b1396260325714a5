// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.task.FakeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class FreshnessTest {
    private final SingleReplica replica = Replicas.inline();
    private final FakeLoop clock = new FakeLoop();
    private final List<CompletableFuture<Freshness.Point>> questions = new ArrayList<>();
    private final Freshness freshness = new Freshness(replica, this::ask, clock::nanos);

    private CompletableFuture<Freshness.Point> ask() {
        CompletableFuture<Freshness.Point> question = new CompletableFuture<>();
        questions.add(question);
        return question;
    }

    @Test
    void theLeaderAsksItsQuorum() {
        assertThat(freshness.ageMillis()).isEqualTo(-1);

        freshness.linearize().join();
        clock.advance(Duration.ofMillis(700));

        assertThat(freshness.ageMillis()).isEqualTo(700);
        assertThat(questions).isEmpty();
    }

    @Test
    void allWhoWaitOnAFollowerShareOneRoundBegunAfterThemAll() {
        follow();
        CompletableFuture<Void> first = freshness.linearize();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(freshness.linearize());
        }
        assertThat(questions).hasSize(1);

        answer(0, 1);
        assertThat(first).isDone();
        assertThat(others).noneMatch(CompletableFuture::isDone);
        assertThat(questions).hasSize(2);
        answer(1, 1);

        assertThat(others).allMatch(CompletableFuture::isDone);
        assertThat(questions).hasSize(2);
    }

    @Test
    void aFollowerWaitsUntilItHasWhatTheLeaderHas() {
        long next = replica.state().revision() + 1;
        follow();
        CompletableFuture<Void> read = freshness.linearize();
        answer(0, next);
        clock.advance(Duration.ofMillis(50));
        assertThat(read).isNotDone();
        assertThat(freshness.ageMillis()).isEqualTo(-1);

        replica.lead().join();

        assertThat(read).isDone();
        assertThat(freshness.ageMillis()).isEqualTo(50);
    }

    @Test
    void theAgeRunsFromTheBeginningOfTheQuestion() {
        follow();
        CompletableFuture<Void> read = freshness.linearize();
        clock.advance(Duration.ofSeconds(2));
        answer(0, 1);

        assertThat(read).isDone();
        assertThat(freshness.ageMillis()).isEqualTo(2_000);
    }

    @Test
    void aStateBelowTheVouchedRevisionHasNoKnownAge() {
        freshness.linearize().join();

        assertThat(freshness.ageMillisOf(replica.state().revision())).isZero();
        assertThat(freshness.ageMillisOf(replica.state().revision() - 1)).isEqualTo(-1);
    }

    @Test
    void aBoundedReadAsksOnlyWhenItHasTo() {
        follow();
        CompletableFuture<Void> first = freshness.within(1_000);
        answer(0, 1);
        assertThat(first).isDone();

        clock.advance(Duration.ofMillis(900));
        assertThat(freshness.within(1_000)).isDone();
        assertThat(questions).hasSize(1);
        clock.advance(Duration.ofMillis(200));

        assertThat(freshness.within(1_000)).isNotDone();
        assertThat(questions).hasSize(2);
    }

    @Test
    void whatCannotBeVouchedForIsTooOld() {
        follow();
        CompletableFuture<Void> read = freshness.within(1_000);
        questions.get(0).completeExceptionally(ReplicaException.notLeader("node-2", ""));

        assertThatThrownBy(read::join).hasMessageContaining("TOO_OLD");
    }

    @Test
    void aFailedRoundFailsItsReadersAndTheNextOneBegins() {
        follow();
        CompletableFuture<Void> failed = freshness.linearize();
        CompletableFuture<Void> next = freshness.linearize();
        questions.get(0).completeExceptionally(ReplicaException.notLeader("node-2", ""));
        assertThat(failed).isCompletedExceptionally();

        answer(1, 1);

        assertThat(next).isDone();
    }

    @Test
    void anotherEpochIsNeverTakenForOurs() {
        follow();
        CompletableFuture<Void> read = freshness.linearize();
        questions.get(0).complete(new Freshness.Point(Replicas.EPOCH + 1, 1));

        assertThat(read).isCompletedExceptionally();
        assertThat(freshness.ageMillis()).isEqualTo(-1);
    }

    private void follow() {
        replica.loseLeadership("node-2", "127.0.0.1:7440").join();
    }

    private void answer(int question, long revision) {
        questions.get(question).complete(new Freshness.Point(Replicas.EPOCH, revision));
    }
}
