// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.core.Limits;
import dev.muster.core.log.EntryCodec;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.ReplicaException;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GroupCommitTest {

    /** A log that answers when a test says so. */
    private final List<Batch> appended = new CopyOnWriteArrayList<>();

    private final List<Thread> appenders = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<ReplicaException>> answers = new CopyOnWriteArrayList<>();
    private final GroupCommit commit =
            new GroupCommit(RaftGroupFixture.CLUSTER, "registry", this::append, () -> 77, notLeader());

    private CompletableFuture<ReplicaException> append(Batch batch) {
        appended.add(batch);
        appenders.add(Thread.currentThread());
        answers.add(new CompletableFuture<>());
        return answers.get(answers.size() - 1);
    }

    @AfterEach
    void close() {
        commit.close();
    }

    @Test
    void nothingEntersBeforeATermBegins() {
        assertThat(refusal(commit.submit(register(1)))).isEqualTo(Reason.REASON_NOT_LEADER);
        assertThat(appended).isEmpty();
    }

    @Test
    void aCommandThatFindsTheWayFreeTakesItAtOnceOnItsOwnThread() {
        commit.open(5);
        submit(1);
        assertThat(appended).hasSize(1);
        assertThat(appenders).containsExactly(Thread.currentThread());
        assertThat(commands(appended.get(0)).get(0).getStamp().getTerm()).isEqualTo(5);
        assertThat(commands(appended.get(0)).get(0).getStamp().getTimeMillis()).isEqualTo(77);
    }

    @Test
    void whatComesTogetherGoesTogether() {
        commit.open(5);
        var unused = commit.submitAll(registers(1, 100));
        assertThat(appended).hasSize(1);
        assertThat(ids(appended.get(0))).isEqualTo(names(1, 100));
    }

    @Test
    void whatComesMeanwhileGathersAndGoesInOrderOnAnotherThread() {
        commit.open(5);
        submit(1);
        submit(2);
        IntStream.rangeClosed(3, 50).forEach(this::submit);
        assertThat(appended).hasSize(2);

        answers.get(0).complete(null);
        await().until(() -> appended.size() == 3);
        assertThat(ids(appended.get(2))).isEqualTo(names(3, 50));
        assertThat(appenders.get(2)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void commandsOfOneThreadStayInOrderHoweverManyThreadsBringThem() throws InterruptedException {
        commit.open(5);
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(t -> new Thread(() ->
                        IntStream.rangeClosed(t * 1_000 + 1, t * 1_000 + 300).forEach(this::submit)))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        int answered = 0;
        List<String> log = new ArrayList<>();
        while (log.size() < 1_200) {
            int next = answered;
            await().until(() -> answers.size() > next);
            log.addAll(ids(appended.get(next)));
            answers.get(next).complete(null);
            answered++;
        }
        for (int t = 0; t < 4; t++) {
            List<String> own = names(t * 1_000 + 1, t * 1_000 + 300);
            assertThat(log.stream().filter(own::contains)).isEqualTo(own);
        }
    }

    @Test
    void aLogThatThrowsFailsItsCommandsAndTakesTheNextOnes() {
        AtomicBoolean broken = new AtomicBoolean(true);
        GroupCommit.Log log = batch -> {
            if (broken.get()) {
                throw new AssertionError("broken");
            }
            return append(batch);
        };
        try (GroupCommit other = new GroupCommit(RaftGroupFixture.CLUSTER, "registry", log, () -> 77, notLeader())) {
            other.open(5);
            for (int i = 1; i <= 3; i++) {
                assertThat(refusal(other.submit(register(i)))).isEqualTo(Reason.REASON_UNAVAILABLE);
            }
            broken.set(false);
            CompletableFuture<Result> next = other.submit(register(4));
            assertThat(next).isNotDone();
            assertThat(appended).hasSize(1);
        }
    }

    @Test
    void theEndOfATermRefusesWhatWaits() {
        commit.open(5);
        submit(1);
        submit(2);
        CompletableFuture<Result> waiting = commit.submit(register(3));
        commit.close(notLeader());
        assertThat(refusal(waiting)).isEqualTo(Reason.REASON_NOT_LEADER);
        answers.forEach(answer -> answer.complete(null));
        assertThat(appended).hasSize(2);
    }

    @Test
    void anEntryIsNeverTooLarge() {
        commit.open(5);
        submit(0);
        submit(0);
        var unused = commit.submitAll(registers(1, 20_000));
        answers.get(0).complete(null);
        await().until(() -> appended.size() == 3);
        assertThat(appended.get(2).getContent().size()).isLessThanOrEqualTo(Limits.MAX_ENTRY_BYTES);
        assertThat(commands(appended.get(2))).hasSizeGreaterThan(1_000);
    }

    private void submit(int number) {
        var unused = commit.submit(register(number));
    }

    private static ReplicaException notLeader() {
        return ReplicaException.notLeader("n1", "");
    }

    private static Command register(int number) {
        return RaftGroupFixture.register("orders", "o" + number);
    }

    private static List<Command> registers(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(GroupCommitTest::register)
                .toList();
    }

    private static List<String> names(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> "o" + i).toList();
    }

    private static List<String> ids(Batch batch) {
        return commands(batch).stream()
                .map(command -> command.getRegister().getInstance().getKey().getId())
                .toList();
    }

    private static List<Command> commands(Batch batch) {
        try {
            return EntryCodec.decode(
                    RaftGroupFixture.CLUSTER, "registry", batch.getContent().asReadOnlyByteBuffer());
        } catch (MalformedEntryException e) {
            throw new AssertionError(e);
        }
    }

    private static Reason refusal(CompletableFuture<Result> outcome) {
        return Stream.of(outcome)
                .map(future -> future.handle((result, failure) -> failure).join())
                .map(failure -> failure instanceof CompletionException ? failure.getCause() : failure)
                .map(failure -> ((ReplicaException) failure).error().getReason())
                .findFirst()
                .orElseThrow();
    }
}
