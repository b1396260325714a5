// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.internal.v1.Command;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.ScriptedReplica;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.task.FakeLoop;
import dev.muster.v1.KeepAliveResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class KeepAlivesTest {
    private static final int TTL = 10_000;
    private static final Duration WINDOW = KeepAlives.WINDOW.plusMillis(10);

    private final SingleReplica real = Replicas.inline();
    private final ScriptedReplica replica = new ScriptedReplica(real);
    private final FakeLoop loop = new FakeLoop();
    private final LeaseReaper reaper = LeaseReaper.start(replica, loop);
    private final KeepAlives keepAlives = start();

    private KeepAlives start() {
        KeepAlives started = KeepAlives.start(replica, reaper, loop);
        loop.run();
        return started;
    }

    @Test
    void anAcknowledgementWaitsForABarrierBegunAfterTheArrival() {
        long lease = Replicas.granted(replica, TTL);
        replica.holdBarriers();
        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(lease));

        loop.advance(Duration.ofSeconds(1));
        assertThat(reply).isNotDone();
        replica.releaseBarriers();
        loop.run();

        assertThat(reply.join().getUnknownList()).isEmpty();
    }

    @Test
    void aBarrierThatBeganBeforeTheArrivalDoesNotCount() {
        long lease = Replicas.granted(replica, TTL);
        replica.holdBarriers();
        CompletableFuture<KeepAliveResponse> first = keepAlives.renew(List.of(lease));
        loop.advance(WINDOW);
        CompletableFuture<KeepAliveResponse> second = keepAlives.renew(List.of(lease));

        replica.releaseBarriers();
        replica.holdBarriers();
        loop.advance(WINDOW);

        assertThat(first).isDone();
        assertThat(second).isNotDone();
    }

    @Test
    void whatArrivesWithinTheWindowSharesOneBarrier() {
        long lease = Replicas.granted(replica, TTL);
        for (int i = 0; i < 100; i++) {
            var unused = keepAlives.renew(List.of(lease));
            loop.advance(Duration.ofNanos(100_000));
        }
        loop.advance(WINDOW);

        assertThat(replica.barriers()).isEqualTo(1);
    }

    @Test
    void theArrivalCountsHoweverSlowTheBarrierIs() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(Duration.ofSeconds(9));
        replica.holdBarriers();
        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(lease));

        loop.advance(Duration.ofSeconds(9));
        replica.releaseBarriers();
        loop.run();

        assertThat(reply.join().getUnknownList()).isEmpty();
        assertThat(real.state().leases().get(lease)).isNotNull();
    }

    @Test
    void leasesThatDoNotExistAreNamed() {
        long lease = Replicas.granted(replica, TTL);

        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(77L, lease, 99L));
        loop.advance(WINDOW);

        assertThat(reply.join().getUnknownList()).containsExactly(77L, 99L);
    }

    @Test
    void onceAnExpiryIsProposedItsOutcomeIsWaitedFor() {
        long lease = Replicas.granted(replica, TTL);
        CompletableFuture<Result> expiry = new CompletableFuture<>();
        replica.answerNextSubmit(expiry);
        loop.advance(Duration.ofMillis(TTL + 400));
        Command proposed = replica.submitted().get(replica.submitted().size() - 1);
        assertThat(proposed.hasExpireLeases()).isTrue();

        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(lease));
        loop.advance(Duration.ofSeconds(3));
        assertThat(reply).isNotDone();
        expiry.complete(real.submit(proposed).join());
        loop.run();

        assertThat(reply.join().getUnknownList()).containsExactly(lease);
    }

    @Test
    void anExpiryThatFailedLetsTheKeepAliveWin() {
        long lease = Replicas.granted(replica, TTL);
        CompletableFuture<Result> expiry = new CompletableFuture<>();
        replica.answerNextSubmit(expiry);
        loop.advance(Duration.ofMillis(TTL + 400));

        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(lease));
        expiry.completeExceptionally(ReplicaException.of(Reason.REASON_UNAVAILABLE, "scripted: the log is full"));
        loop.advance(Duration.ofSeconds(2));

        assertThat(reply.join().getUnknownList()).isEmpty();
        assertThat(real.state().leases().get(lease)).isNotNull();
    }

    @Test
    void aHeldLeaseIsResumedBeforeItsKeepAliveIsAcknowledged() {
        for (int i = 0; i < 4; i++) {
            long lease = Replicas.granted(replica, TTL);
            Replicas.registered(replica, "orders", "i" + i, lease);
        }
        loop.advance(Duration.ofMillis(TTL + 400));
        long held = real.state().leases().held().iterator().next().id();

        CompletableFuture<KeepAliveResponse> reply = keepAlives.renew(List.of(held));
        loop.advance(WINDOW);

        assertThat(reply.join().getUnknownList()).isEmpty();
        assertThat(Objects.requireNonNull(real.state().leases().get(held)).held())
                .isFalse();
        loop.advance(Duration.ofMillis(TTL - 500));
        assertThat(real.state().leases().get(held)).isNotNull();
    }

    @Test
    void withoutLeadershipNothingIsAcknowledged() {
        long lease = Replicas.granted(replica, TTL);
        replica.holdBarriers();
        CompletableFuture<KeepAliveResponse> early = keepAlives.renew(List.of(lease));
        loop.advance(WINDOW);
        real.loseLeadership("node-2", "127.0.0.1:7440").join();
        replica.releaseBarriers();
        loop.run();
        CompletableFuture<KeepAliveResponse> late = keepAlives.renew(List.of(lease));

        assertThatThrownBy(early::join).hasMessageContaining("NOT_LEADER");
        assertThatThrownBy(late::join).hasMessageContaining("127.0.0.1:7440");
    }

    @Test
    void aRoundThatThrewIsReportedAndFailsItsCallers() {
        long lease = Replicas.granted(replica, TTL);
        loop.run();
        CompletableFuture<KeepAliveResponse> lost = keepAlives.renew(List.of(lease));
        replica.throwNext(1);
        loop.advance(WINDOW);
        CompletableFuture<KeepAliveResponse> next = keepAlives.renew(List.of(lease));
        loop.advance(WINDOW);

        assertThat(lost).isCompletedExceptionally();
        assertThat(loop.failures()).hasSize(1);
        assertThat(next.join().getUnknownList()).isEmpty();
    }
}
