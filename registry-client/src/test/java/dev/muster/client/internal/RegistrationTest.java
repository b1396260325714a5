// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static dev.muster.client.internal.Outcomes.done;
import static dev.muster.client.internal.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.muster.client.InstanceStatus;
import dev.muster.client.InstanceUpdate;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.Registration;
import dev.muster.client.Registration.State;
import dev.muster.v1.Error;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.Request;
import dev.muster.v1.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistrationTest {
    private final FakeNode node = new FakeNode();
    private final TestClient muster = new TestClient(node);
    private final Deque<FakeSession> streams = new ArrayDeque<>();

    @AfterEach
    void close() {
        muster.close();
        node.close();
    }

    @Test
    void acceptedInstanceIsRegistered() {
        CompletableFuture<Registration> registering = muster.client.registerAsync(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        Request request = stream.request();
        stream.accept(request, 5);

        Registration me = done(registering);
        assertThat(request.getRegister().getSupersedes()).isZero();
        assertThat(request.getRegister().getInstance().getKey().getNamespace()).isEqualTo("default");
        assertThat(me.state()).isEqualTo(State.REGISTERED);
        assertThat(me.incarnation()).isEqualTo(5);
    }

    @Test
    void lostStreamIsNoReasonToRegisterAgain() {
        Registration me = registered(5);
        current().drop();
        FakeSession second = node.nextSession();
        second.greet(11);
        muster.begin("probe");

        assertThat(second.request().hasDeregister()).isTrue();
        assertThat(me.state()).isEqualTo(State.REGISTERED);
    }

    @Test
    void lostSessionIsFollowedByRegisteringAgainInPlaceOfTheOldIncarnation() {
        Registration me = registered(5);
        Queue<State> states = heard(me);
        FakeSession next = loseSession();
        next.greet(12);
        Request request = next.request();

        assertThat(request.getSequence()).isEqualTo(1);
        assertThat(request.getRegister().getSupersedes()).isEqualTo(5);
        assertThat(me.state()).isEqualTo(State.REGISTERING);
        next.accept(request, 9);
        await().until(() -> me.state() == State.REGISTERED);
        assertThat(me.incarnation()).isEqualTo(9);
        await().until(() -> states.contains(State.REGISTERED));
    }

    @Test
    void lostAgainBeforeTheAnswerItIsRegisteredOnceMore() {
        Registration me = registered(5);
        FakeSession second = loseSession();
        second.greet(12);
        second.request();
        second.end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "session 12 ended"));
        FakeSession third = node.nextSession();
        third.greet(13);
        Request request = third.request();

        assertThat(request.getRegister().getSupersedes()).isEqualTo(5);
        third.accept(request, 10);
        await().until(() -> me.incarnation() == 10);
        muster.begin("probe");
        assertThat(third.request().hasDeregister()).isTrue();
    }

    @Test
    void incarnationOfAnotherEpochIsNotNamed() {
        Registration me = registered(5);
        FakeSession next = loseSession();
        next.greet(12, "", FakeSession.EPOCH + 1);
        Request request = next.request();

        assertThat(request.getRegister().getSupersedes()).isZero();
        next.accept(request, 2);
        await().until(() -> me.incarnation() == 2);
    }

    @Test
    void wholeClusterThatComesBackIsRegisteredWithAgain() {
        Registration me = registered(5);
        node.kill();
        node.restart();
        FakeSession second = node.nextSession();
        second.hello();
        second.end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "no such session"));
        FakeSession third = node.nextSession();
        third.greet(12);
        Request request = third.request();

        assertThat(request.getRegister().getSupersedes()).isEqualTo(5);
        third.accept(request, 9);
        await().until(() -> me.state() == State.REGISTERED);
    }

    @Test
    void fencedRegistrationStopsForGood() {
        Registration me = registered(5);
        Queue<State> states = heard(me);
        FakeSession second = loseSession();
        second.greet(12);
        second.refuse(
                second.request(),
                Error.newBuilder()
                        .setReason(Reason.REASON_FENCED)
                        .setMessage("incarnation 9 is registered")
                        .setIncarnation(9)
                        .build());

        await().until(() -> states.contains(State.FENCED));
        assertThat(me.problem()).hasValueSatisfying(problem -> {
            assertThat(problem.reason()).isEqualTo(MusterException.Reason.FENCED);
            assertThat(problem.incarnation()).isEqualTo(9);
        });
        second.end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "session 12 ended"));
        muster.begin("probe");
        FakeSession third = node.nextSession();
        third.greet(13);
        assertThat(third.request().hasDeregister()).isTrue();
        assertThat(failure(me.updateAsync(InstanceUpdate.none().weight(1))).fate())
                .isEqualTo(Fate.NOT_APPLIED);
        assertThat(me.state()).isEqualTo(State.FENCED);
        me.close();
        assertThat(me.state()).isEqualTo(State.FENCED);
    }

    @Test
    void instanceRefusedAtFirstIsNotKept() {
        CompletableFuture<Registration> registering = muster.client.registerAsync(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.refuse(stream.request(), Reason.REASON_INVALID);
        assertThat(failure(registering).reason()).isEqualTo(MusterException.Reason.INVALID);

        muster.begin("probe");
        assertThat(stream.request().hasDeregister()).isTrue();
        assertThat(stream.hasRequest()).isFalse();
    }

    @Test
    void refusalThatMayPassIsTriedAgain() {
        CompletableFuture<Registration> registering = muster.client.registerAsync(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.refuse(stream.request(), Reason.REASON_LIMIT);
        Request again = stream.request();
        assertThat(again.getSequence()).isEqualTo(2);
        stream.accept(again, 5);

        assertThat(done(registering).problem()).isEmpty();
    }

    @Test
    void instanceNotAcceptedInTimeIsTakenBack() {
        CompletableFuture<Registration> registering = muster.client.registerAsync(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        Request register = stream.request();
        settle(stream);
        muster.loop.advance(TestClient.TIMEOUT);
        assertThat(failure(registering).fate()).isEqualTo(Fate.UNKNOWN);

        stream.accept(register, 5);
        Request deregister = stream.request();
        assertThat(deregister.getDeregister().getIncarnation()).isEqualTo(5);
    }

    @Test
    void announcedInstanceIsRegisteredWhenTheRegistryComes() {
        node.kill();
        Registration me = muster.client.announce(TestClient.instance("p1"));
        assertThat(me.state()).isEqualTo(State.REGISTERING);
        muster.loop.advance(TestClient.TIMEOUT.multipliedBy(3));
        node.restart();
        FakeSession stream = node.nextSession();
        stream.greet(11);
        stream.accept(stream.request(), 5);

        await().until(() -> me.state() == State.REGISTERED);
    }

    @Test
    void claimedInstanceGoesOnAsTheSameIncarnationInAnotherProcess() {
        String claim = registered(5).claim();
        try (TestClient other = new TestClient(node)) {
            Registration again = other.client.announce(TestClient.instance("p1"), claim);
            FakeSession stream = node.nextSession();
            stream.greet(12);
            Request request = stream.request();

            assertThat(request.getRegister().getSupersedes()).isEqualTo(5);
            stream.accept(request, 5);
            await().until(() -> again.state() == State.REGISTERED);
            assertThat(again.claim()).isEqualTo(claim);
        }
    }

    @Test
    void claimOfAnotherEpochAndNoClaimClaimNothing() {
        String claim = registered(5).claim();
        try (TestClient other = new TestClient(node)) {
            other.client.announce(TestClient.instance("p1"), claim);
            other.client.announce(TestClient.instance("p2"), "");
            FakeSession stream = node.nextSession();
            stream.greet(12, "", FakeSession.EPOCH + 1);

            assertThat(stream.request().getRegister().getSupersedes()).isZero();
            assertThat(stream.request().getRegister().getSupersedes()).isZero();
        }
    }

    @Test
    void whatIsNoClaimIsRefused() {
        assertThatThrownBy(() -> muster.client.announce(TestClient.instance("p1"), "5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("what Registration.claim() returned");
    }

    @Test
    void updateGoesToTheRegisteredIncarnationOnly() {
        Registration me = registered(5);
        CompletableFuture<Void> update = me.updateAsync(
                InstanceUpdate.none().status(InstanceStatus.DRAINING).metadata(Map.of("a", "b")));
        Request request = current().request();
        current().accept(request, 6);

        done(update);
        assertThat(request.getUpdate().getIncarnation()).isEqualTo(5);
        assertThat(request.getUpdate().getStatus()).isEqualTo(Status.STATUS_DRAINING);
        assertThat(request.getUpdate().getMetadata().getEntriesMap()).containsExactly(Map.entry("a", "b"));
        assertThat(request.getUpdate().hasWeight()).isFalse();
        assertThat(me.instance().status()).isEqualTo(InstanceStatus.DRAINING);
    }

    @Test
    void updateThatWentDownWithTheSessionIsPartOfTheNextRegistration() {
        Registration me = registered(5);
        CompletableFuture<Void> update = me.updateAsync(InstanceUpdate.none().weight(7));
        current().request();
        FakeSession next = loseSession();
        next.greet(12);
        Request request = next.request();
        next.accept(request, 9);

        done(update);
        assertThat(request.getRegister().getInstance().getWeight()).isEqualTo(7);
        muster.begin("probe");
        assertThat(next.request().hasDeregister()).isTrue();
    }

    @Test
    void updateWantedWhileRegisteringFollowsIt() {
        Registration me = muster.client.announce(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        Request register = stream.request();
        CompletableFuture<Void> update = me.updateAsync(InstanceUpdate.none().weight(7));
        stream.accept(register, 5);
        Request request = stream.request();
        stream.accept(request, 6);

        done(update);
        assertThat(register.getRegister().getInstance().getWeight()).isEqualTo(100);
        assertThat(request.getUpdate().getWeight()).isEqualTo(7);
        assertThat(request.getUpdate().getIncarnation()).isEqualTo(5);
    }

    @Test
    void oneInstanceHasOneRegistration() {
        registered(5);
        assertThatThrownBy(() -> muster.client.announce(TestClient.instance("p1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already");
    }

    @Test
    void refusedUpdateIsForgotten() {
        Registration me = registered(5);
        CompletableFuture<Void> bad = me.updateAsync(InstanceUpdate.none().metadata(Map.of("k", "too large")));
        CompletableFuture<Void> good = me.updateAsync(InstanceUpdate.none().weight(7));
        current().refuse(current().request(), Reason.REASON_INVALID);
        current().accept(current().request(), 6);
        assertThat(failure(bad).reason()).isEqualTo(MusterException.Reason.INVALID);
        done(good);

        FakeSession next = loseSession();
        next.greet(12);
        RegisterRequest again = next.request().getRegister();
        assertThat(again.getInstance().getMetadataMap()).isEmpty();
        assertThat(again.getInstance().getWeight()).isEqualTo(7);
    }

    @Test
    void updateOfAnInstanceThatIsGoneRegistersItAgain() {
        Registration me = registered(5);
        CompletableFuture<Void> update = me.updateAsync(InstanceUpdate.none().weight(7));
        current().refuse(current().request(), Reason.REASON_NOT_FOUND);
        Request request = current().request();
        current().accept(request, 9);

        done(update);
        assertThat(request.getRegister().getSupersedes()).isEqualTo(5);
        assertThat(request.getRegister().getInstance().getWeight()).isEqualTo(7);
    }

    @Test
    void closedRegistrationIsDeregisteredByItsIncarnation() {
        Registration me = registered(5);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(me::close);
        Request request = current().request();
        assertThat(closing).isNotDone();
        current().accept(request, 6);

        done(closing);
        assertThat(request.getDeregister().getIncarnation()).isEqualTo(5);
        assertThat(me.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void closedRegistrationIsNotMadeAgain() {
        Registration me = registered(5);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(me::close);
        current().request();
        current().end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "the lease ran out"));
        done(closing);

        muster.begin("probe");
        FakeSession next = node.nextSession();
        next.greet(12);
        assertThat(next.request().hasDeregister()).isTrue();
        assertThat(next.hasRequest()).isFalse();
    }

    @Test
    void registrationClosedWhileUnderWayIsDeregisteredWhenItsIncarnationIsKnown() {
        Registration me = muster.client.announce(TestClient.instance("p1"));
        FakeSession stream = node.nextSession();
        stream.greet(11);
        Request register = stream.request();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(me::close);
        await().until(() -> me.state() == State.CLOSED);
        stream.accept(register, 5);
        Request deregister = stream.request();
        assertThat(deregister.getDeregister().getIncarnation()).isEqualTo(5);
        stream.accept(deregister, 6);

        done(closing);
    }

    @Test
    void sameInstanceMayBeRegisteredAgainAfterItsEnd() {
        Registration me = registered(5);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(me::close);
        current().accept(current().request(), 6);
        done(closing);
        muster.client.announce(TestClient.instance("p1"));

        assertThat(current().request().getRegister().getSupersedes()).isZero();
    }

    @Test
    void closedClientLeavesItsRegistrationsToTheEndOfTheSession() {
        Registration me = registered(5);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(muster.client::close);
        Request request = current().request();
        assertThat(request.hasCloseSession()).isTrue();
        current().accept(request, 6);

        done(closing);
        assertThat(me.state()).isEqualTo(State.CLOSED);
        assertThatThrownBy(() -> muster.client.announce(TestClient.instance("p2")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private Registration registered(long incarnation) {
        CompletableFuture<Registration> registering = muster.client.registerAsync(TestClient.instance("p1"));
        streams.add(node.nextSession());
        current().greet(11);
        current().accept(current().request(), incarnation);
        return done(registering);
    }

    /** Ends the session at the registry. Returns the stream on which the client begins another one. */
    private FakeSession loseSession() {
        current().end(Failures.error(Reason.REASON_SESSION_UNKNOWN, "the lease ran out"));
        streams.add(node.nextSession());
        return current();
    }

    private void settle(FakeSession stream) {
        CompletableFuture<?> probe = muster.write("probe");
        stream.accept(stream.request(), 1);
        done(probe);
    }

    /** The stream that the client opened last. */
    private FakeSession current() {
        return streams.getLast();
    }

    private static Queue<State> heard(Registration registration) {
        Queue<State> states = new ConcurrentLinkedQueue<>();
        registration.onState(states::add);
        return states;
    }
}
