// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.core.event.EventRecord;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.ReplicaException;
import dev.muster.server.replica.Replicas;
import dev.muster.server.replica.ScriptedReplica;
import dev.muster.server.replica.SingleReplica;
import dev.muster.server.task.FakeLoop;
import dev.muster.v1.AppendEventRequest;
import dev.muster.v1.Event;
import dev.muster.v1.EventType;
import dev.muster.v1.Pair;
import dev.muster.v1.PairPart;
import dev.muster.v1.Reason;
import dev.muster.v1.Result;
import dev.muster.v1.RevokeLeaseRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LeaseReaperTest {
    private static final int TTL = 10_000;
    private static final Duration ALMOST_TTL = Duration.ofMillis(TTL - 200);
    private static final Duration TICKS = Duration.ofMillis(400);

    private final SingleReplica real = Replicas.inline(settings -> settings.setMaxEvents(8));
    private final ScriptedReplica replica = new ScriptedReplica(real);
    private final FakeLoop loop = new FakeLoop();
    private final LeaseReaper reaper = start();

    private LeaseReaper start() {
        LeaseReaper started = LeaseReaper.start(replica, loop);
        loop.run();
        return started;
    }

    @Test
    void aLeaseEndsAfterItsTimeAndNotBefore() {
        long lease = Replicas.granted(replica, TTL);
        Replicas.registered(replica, "orders", "a", lease);

        loop.advance(ALMOST_TTL);
        assertThat(exists(lease)).isTrue();
        loop.advance(TICKS);

        assertThat(exists(lease)).isFalse();
        assertThat(real.state().catalog().instanceCount()).isZero();
        assertThat(expiries()).hasSize(1);
    }

    @Test
    void aPairThatNobodyClosesIsInterruptedOnceWhenTheGraceAfterItsSessionIsOver() {
        Duration grace = Duration.ofMillis(real.state().settings().getPairGraceMillis());
        long session = Replicas.opened(replica, TTL);
        for (String id : List.of("closed", "orphan")) {
            Replicas.done(replica, told(session, id.equals("closed") ? 1 : 2, id, PairPart.PAIR_PART_BEFORE));
        }

        loop.advance(ALMOST_TTL.plus(TICKS));
        assertThat(real.state().sessions().size()).isZero();
        assertThat(real.state().pairs().size()).isEqualTo(2);
        long next = Replicas.opened(replica, 3_600_000);
        Replicas.done(replica, told(next, 1, "closed", PairPart.PAIR_PART_AFTER));
        loop.advance(grace.minusMillis(TTL));
        assertThat(interrupted()).isEmpty();
        loop.advance(Duration.ofMillis(TTL).plus(TICKS));
        loop.advance(grace);

        assertThat(interrupted()).containsExactly("orphan");
        assertThat(real.state().pairs().size()).isZero();
    }

    private static Command.Builder told(long session, long sequence, String id, PairPart part) {
        return Command.newBuilder()
                .setSession(session)
                .setGeneration(1)
                .setSequence(sequence)
                .setAppendEvent(AppendEventRequest.newBuilder()
                        .setKind("restart")
                        .setPair(Pair.newBuilder().setOwner("host-1").setId(id).setPart(part)));
    }

    private List<String> interrupted() {
        List<String> ids = new ArrayList<>();
        for (EventRecord kept : real.state().events().from(1)) {
            Event event = kept.toEvent();
            if (event.getType() == EventType.EVENT_TYPE_CLIENT_INTERRUPTED) {
                ids.add(event.getPair().getId());
            }
        }
        return ids;
    }

    @Test
    void overdueLeasesEndInOneCommandOfTheTerm() {
        long first = Replicas.granted(replica, TTL);
        long second = Replicas.opened(replica, TTL);

        loop.advance(ALMOST_TTL.plus(TICKS));

        assertThat(expiries()).hasSize(1);
        Command expiry = expiries().get(0);
        assertThat(expiry.getExpireLeases().getLeasesList()).containsExactlyInAnyOrder(first, second);
        assertThat(expiry.getStamp().getTerm()).isEqualTo(real.leadership().term());
        assertThat(real.state().sessions().size()).isZero();
    }

    @Test
    void whoIsHeardLivesFromTheArrivalOn() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(Duration.ofSeconds(6));
        long arrival = loop.nanos();
        loop.advance(Duration.ofSeconds(3));
        reaper.heard(List.of(lease), arrival);

        loop.advance(Duration.ofMillis(6_800));
        assertThat(exists(lease)).isTrue();
        loop.advance(TICKS);
        assertThat(exists(lease)).isFalse();
    }

    @Test
    void whatArrivedInTimeCountsEvenIfTheLoopWasBusy() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(ALMOST_TTL);
        long arrival = loop.nanos();
        loop.stall(Duration.ofMillis(500));
        reaper.heard(List.of(lease), arrival);

        loop.advance(TICKS);

        assertThat(exists(lease)).isTrue();
    }

    @Test
    void nothingEndsWithoutLeadership() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(ALMOST_TTL);
        real.loseLeadership("node-2", "127.0.0.1:1").join();

        loop.advance(Duration.ofMinutes(5));

        assertThat(exists(lease)).isTrue();
        assertThat(expiries()).isEmpty();
    }

    @Test
    void aNewTermGivesEveryLeaseItsFullTime() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(ALMOST_TTL);
        real.loseLeadership("", "").join();
        real.lead().join();

        loop.advance(ALMOST_TTL);
        assertThat(exists(lease)).isTrue();
        loop.advance(TICKS);
        assertThat(exists(lease)).isFalse();
    }

    @Test
    void anExpiryOfAnOlderTermIsRefused() {
        long lease = Replicas.granted(replica, TTL);
        CompletableFuture<Result> onTheWay = new CompletableFuture<>();
        replica.answerNextSubmit(onTheWay);
        loop.advance(ALMOST_TTL.plus(TICKS));
        Command late = expiries().get(0);

        real.loseLeadership("", "").join();
        real.lead().join();
        Result result = real.submit(late).join();

        assertThat(result.getError().getReason()).isEqualTo(Reason.REASON_STALE_TERM);
        assertThat(exists(lease)).isTrue();
    }

    @Test
    void leasesAreFoundThoughTheRingOfEventsWasOutrun() {
        long lease = Replicas.granted(replica, TTL);
        for (int i = 0; i < 20; i++) {
            Replicas.registered(replica, "orders", "i" + i, 0);
        }

        loop.advance(ALMOST_TTL.plus(TICKS));

        assertThat(exists(lease)).isFalse();
    }

    @Test
    void aLeaseThatWasRevokedIsForgotten() {
        long lease = Replicas.granted(replica, TTL);
        loop.run();
        Replicas.done(
                replica,
                Command.newBuilder()
                        .setRevokeLease(RevokeLeaseRequest.newBuilder().setLease(lease)));
        loop.advance(ALMOST_TTL.plus(TICKS));

        assertThat(reaper.lease(lease)).isNull();
        assertThat(expiries()).isEmpty();
    }

    @Test
    void aStopOfTheProcessIsNotHeldAgainstTheOwners() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(Duration.ofSeconds(1));
        loop.stall(Duration.ofMinutes(1));

        loop.advance(Duration.ofSeconds(8));
        assertThat(exists(lease)).isTrue();
        loop.advance(Duration.ofSeconds(2));
        assertThat(exists(lease)).isFalse();
    }

    @Test
    void aHeldLeaseEndsWithItsHold() {
        long[] leases = new long[4];
        for (int i = 0; i < leases.length; i++) {
            leases[i] = Replicas.granted(replica, TTL);
            Replicas.registered(replica, "orders", "i" + i, leases[i]);
        }
        loop.advance(ALMOST_TTL.plus(TICKS));
        assertThat(real.state().leases().heldCount()).isEqualTo(2);
        long hold = real.state().settings().getHoldMillis();

        loop.advance(Duration.ofMillis(hold - 1_000));
        assertThat(real.state().leases().heldCount()).isEqualTo(2);
        loop.advance(Duration.ofSeconds(2));

        assertThat(real.state().leases().size()).isZero();
        assertThat(expiries().get(expiries().size() - 1).getExpireLeases().getHoldOver())
                .isTrue();
    }

    @Test
    void moreHeldLeasesThanOneCommandCarriesAreResumedByManyCommands() {
        List<Deadlines.Entry> leases =
                Stream.generate(() -> Replicas.granted(replica, TTL))
                        .limit(2 * LeaseReaper.MAX_BATCH + 1)
                        .toList()
                        .stream()
                        .map(lease -> {
                            loop.run();
                            return Objects.requireNonNull(reaper.lease(lease));
                        })
                        .toList();

        reaper.resume(leases);

        assertThat(replica.submitted().stream()
                        .filter(Command::hasResumeLeases)
                        .map(command -> command.getResumeLeases().getLeasesCount()))
                .containsExactly(LeaseReaper.MAX_BATCH, LeaseReaper.MAX_BATCH, 1);
    }

    @Test
    void anUnknownOutcomeIsSettledByABarrierBehindIt() {
        long lease = Replicas.granted(replica, TTL);
        replica.answerNextSubmit(CompletableFuture.failedFuture(
                ReplicaException.of(Reason.REASON_UNKNOWN_OUTCOME, "scripted: nobody knows")));
        loop.advance(ALMOST_TTL.plus(TICKS));
        assertThat(Objects.requireNonNull(reaper.lease(lease)).pending()).isTrue();

        loop.advance(Duration.ofSeconds(1));

        assertThat(replica.submitted().stream().anyMatch(Command::hasBarrier)).isTrue();
        assertThat(exists(lease)).isFalse();
    }

    @Test
    void aTickThatThrewIsReportedAndRunsAgain() {
        long lease = Replicas.granted(replica, TTL);
        loop.advance(Duration.ofSeconds(1));
        replica.throwNext(1);
        loop.advance(Duration.ofSeconds(1));
        assertThat(loop.failures()).hasSize(1);

        loop.advance(ALMOST_TTL);

        assertThat(exists(lease)).isFalse();
    }

    private boolean exists(long lease) {
        return real.state().leases().get(lease) != null;
    }

    private List<Command> expiries() {
        return replica.submitted().stream().filter(Command::hasExpireLeases).toList();
    }
}
