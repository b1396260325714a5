// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.client.Change;
import dev.muster.client.ClientOptions;
import dev.muster.client.Consistency;
import dev.muster.client.LookupQuery;
import dev.muster.client.LookupResult;
import dev.muster.client.Moment;
import dev.muster.client.MusterException;
import dev.muster.client.MusterException.Fate;
import dev.muster.client.NodeAnswer;
import dev.muster.client.NodeStatus;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceSummary;
import dev.muster.v1.Error;
import dev.muster.v1.Header;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegisterResponse;
import dev.muster.v1.StatusResponse;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallsTest {
    private final FakeNode node = new FakeNode();
    private final FakeNode other = new FakeNode();
    private final GrpcClient client = client(Duration.ofSeconds(20));
    /** For what takes as long as a client's patience. */
    private final GrpcClient hasty = client(Duration.ofMillis(1500));

    @AfterEach
    void close() {
        client.close();
        hasty.close();
        node.close();
        other.close();
    }

    @Test
    void lookupAsksForWhatIsWantedAndSaysHowOldItIs() {
        Queue<LookupRequest> asked = new ConcurrentLinkedQueue<>();
        both(request -> {
            asked.add(request);
            return LookupResponse.newBuilder()
                    .setHeader(Header.newBuilder().setRevision(7).setAgeMillis(30))
                    .addInstances(FakeWatch.instance("a"))
                    .setKnown(true)
                    .setNotServing(2)
                    .build();
        });
        LookupResult result = client.lookup(LookupQuery.of("payments")
                .consistency(Consistency.bounded(Duration.ofSeconds(1)))
                .withNotServing()
                .minRevision(5));

        LookupRequest request = asked.element();
        assertThat(request.getNamespace()).isEqualTo("default");
        assertThat(request.getAll()).isTrue();
        assertThat(request.getRead().getConsistency()).isEqualTo(dev.muster.v1.Consistency.CONSISTENCY_BOUNDED);
        assertThat(request.getRead().getMaxAgeMillis()).isEqualTo(1000);
        assertThat(request.getRead().getMinRevision()).isEqualTo(5);
        assertThat(result.instances()).extracting(ServiceInstance::id).containsExactly("a");
        assertThat(result.age()).isEqualTo(Duration.ofMillis(30));
        assertThat(result.position().revision()).isEqualTo(7);
        assertThat(result.notServing()).isEqualTo(2);
    }

    @Test
    void ageThatNobodyKnowsIsForever() {
        both(request -> LookupResponse.newBuilder()
                .setHeader(Header.newBuilder().setAgeMillis(-1))
                .build());

        assertThat(client.lookup("payments", Consistency.LOCAL).age()).isEqualTo(ChronoUnit.FOREVER.getDuration());
    }

    @Test
    void readIsTriedAtTheOtherNodeWhenOneIsDead() {
        node.kill();
        other.lookup = request -> LookupResponse.newBuilder().setKnown(true).build();

        assertThat(client.lookup("payments").known()).isTrue();
    }

    @Test
    void readIsTriedAtTheOtherNodeWhenOneHangs() {
        CompletableFuture<LookupResponse> never = new CompletableFuture<>();
        node.lookup = request -> never.join();
        other.lookup = request -> LookupResponse.newBuilder().setKnown(true).build();

        assertThat(hasty.lookup("payments").known()).isTrue();
        never.complete(LookupResponse.getDefaultInstance());
    }

    @Test
    void readWithoutALeaderIsTriedUntilThereIsOne() {
        AtomicInteger tries = new AtomicInteger();
        both(request -> {
            if (tries.incrementAndGet() < 5) {
                throw FakeNode.failure(Failures.error(Reason.REASON_UNAVAILABLE, "no leader"));
            }
            return LookupResponse.newBuilder().setKnown(true).build();
        });

        assertThat(client.lookup("payments").known()).isTrue();
    }

    @Test
    void readThatNobodyAnswersFailsInTime() {
        both(request -> {
            throw FakeNode.failure(Failures.error(Reason.REASON_UNAVAILABLE, "no leader"));
        });

        MusterException failure = catchThrowableOfType(MusterException.class, () -> hasty.lookup("payments"));
        assertThat(failure.reason()).isEqualTo(MusterException.Reason.UNAVAILABLE);
        assertThat(failure.fate()).isEqualTo(Fate.NOT_APPLIED);
        assertThat(failure.detail()).isEqualTo("no leader");
    }

    @Test
    void tooOldEverywhereIsToldAtOnce() {
        AtomicInteger tries = new AtomicInteger();
        both(request -> {
            tries.incrementAndGet();
            throw FakeNode.failure(Failures.error(Reason.REASON_TOO_OLD, "5 s old"));
        });

        MusterException failure = catchThrowableOfType(MusterException.class, () -> client.lookup("payments"));
        assertThat(failure.reason()).isEqualTo(MusterException.Reason.TOO_OLD);
        assertThat(tries).hasValue(2);
    }

    @Test
    void refusedReadIsNotTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        both(request -> {
            tries.incrementAndGet();
            throw FakeNode.failure(Failures.error(Reason.REASON_INVALID, "service: A B (expected: lower case)"));
        });

        assertThatThrownBy(() -> client.lookup("A B"))
                .isInstanceOf(MusterException.class)
                .hasMessage("INVALID: service: A B (expected: lower case)")
                .hasStackTraceContaining("refusedReadIsNotTriedAgain");
        assertThat(tries).hasValue(1);
    }

    @Test
    void directWriteIsTriedAgainOnlyIfItWasCertainlyNotDone() {
        AtomicInteger tries = new AtomicInteger();
        bothRegister(request -> {
            if (tries.incrementAndGet() < 3) {
                throw FakeNode.failure(Failures.error(Reason.REASON_NOT_LEADER, "ask another"));
            }
            return RegisterResponse.newBuilder().setIncarnation(4).build();
        });

        assertThat(client.writeDirect(Change.register(TestClient.instance("p1")))
                        .incarnation())
                .isEqualTo(4);
    }

    @Test
    void directWriteWhoseAnswerIsLostHasAnUnknownFate() {
        AtomicInteger tries = new AtomicInteger();
        bothRegister(request -> {
            tries.incrementAndGet();
            throw Status.UNAVAILABLE.withDescription("connection reset").asRuntimeException();
        });

        MusterException failure = catchThrowableOfType(
                MusterException.class, () -> client.writeDirect(Change.register(TestClient.instance("p1"))));
        assertThat(failure.fate()).isEqualTo(Fate.UNKNOWN);
        assertThat(failure.reason()).isEqualTo(MusterException.Reason.UNKNOWN_OUTCOME);
        assertThat(tries).hasValue(1);
    }

    @Test
    void directWriteThatReachedNobodyIsNotApplied() {
        node.kill();
        other.kill();

        MusterException failure = catchThrowableOfType(
                MusterException.class, () -> hasty.writeDirect(Change.register(TestClient.instance("p1"))));
        assertThat(failure.fate()).isEqualTo(Fate.NOT_APPLIED);
        assertThat(failure.reason()).isEqualTo(MusterException.Reason.UNAVAILABLE);
    }

    @Test
    void typedRefusalKeepsItsIncarnation() {
        bothRegister(request -> {
            throw FakeNode.failure(Error.newBuilder()
                    .setReason(Reason.REASON_FENCED)
                    .setMessage("newer")
                    .setIncarnation(9)
                    .build());
        });

        MusterException failure = catchThrowableOfType(
                MusterException.class, () -> client.writeDirect(Change.register(TestClient.instance("p1"))));
        assertThat(failure.reason()).isEqualTo(MusterException.Reason.FENCED);
        assertThat(failure.fate()).isEqualTo(Fate.NOT_APPLIED);
        assertThat(failure.incarnation()).isEqualTo(9);
    }

    @Test
    void servicesComePageByPage() {
        Queue<String> tokens = new ConcurrentLinkedQueue<>();
        node.listServices = request -> {
            tokens.add(request.getPageToken());
            int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
            return ListServicesResponse.newBuilder()
                    .addAllServices(IntStream.range(0, page == 1 ? 0 : 2)
                            .mapToObj(i -> dev.muster.v1.ServiceSummary.newBuilder()
                                    .setService("s" + page + i)
                                    .build())
                            .toList())
                    .setNextPageToken(page == 2 ? "" : Integer.toString(page + 1))
                    .build();
        };
        other.listServices = node.listServices;

        assertThat(client.services().map(ServiceSummary::service)).containsExactly("s00", "s01", "s20", "s21");
        assertThat(tokens).containsExactly("", "1", "2");
        assertThat(client.services().findFirst()).isPresent();
        assertThat(tokens).hasSize(4);
    }

    @Test
    void deadNodeDoesNotHideTheStatusOfTheOthers() {
        node.kill();
        other.status = request -> StatusResponse.newBuilder().setNode("n2").build();
        List<NodeAnswer<NodeStatus>> answers = client.cluster().status();

        assertThat(answers).extracting(NodeAnswer::endpoint).containsExactly(node.address(), other.address());
        assertThat(answers.get(0).failure())
                .hasValueSatisfying(
                        failure -> assertThat(failure.reason()).isEqualTo(MusterException.Reason.UNAVAILABLE));
        assertThat(answers.get(1).answer())
                .hasValueSatisfying(status -> assertThat(status.node()).isEqualTo("n2"));
    }

    @Test
    void addressThatIsNoneIsRefused() {
        assertThatThrownBy(() -> client.cluster().status("no address"))
                .isInstanceOf(MusterException.class)
                .hasMessageContaining("expected: host:port");
    }

    @Test
    void blockingCallOnTheClientsOwnThreadIsRefused() {
        both(request -> LookupResponse.getDefaultInstance());
        CompletableFuture<LookupResult> nested =
                client.lookupAsync(LookupQuery.of("payments")).thenApply(first -> client.lookup("payments"));

        assertThatThrownBy(nested::join).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedClientHasNoThreadsAndTakesNoCalls() {
        both(request -> LookupResponse.getDefaultInstance());
        client.lookup("payments");
        client.view("payments");
        client.close();
        client.close();
        hasty.close();

        assertThatThrownBy(() -> client.lookup("payments"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("muster-client")));
    }

    @Test
    void whatIsUnderWayFailsWhenTheClientIsClosed() {
        CompletableFuture<LookupResponse> never = new CompletableFuture<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        both(request -> {
            asked.complete(null);
            return never.join();
        });
        CompletableFuture<LookupResult> lookup = client.lookupAsync(LookupQuery.of("payments"));
        Outcomes.done(asked);
        client.close();

        MusterException failure = Outcomes.failure(lookup);
        assertThat(failure.fate()).isEqualTo(MusterException.Fate.NOT_APPLIED);
        assertThat(failure).hasMessageContaining("closed");
        never.complete(LookupResponse.getDefaultInstance());
    }

    private GrpcClient client(Duration timeout) {
        return GrpcClient.connect(new ClientOptions(
                List.of(node.address(), other.address()),
                "test",
                "default",
                Duration.ofSeconds(9),
                timeout,
                Optional.empty()));
    }

    private void both(java.util.function.Function<LookupRequest, LookupResponse> behaviour) {
        node.lookup = behaviour;
        other.lookup = behaviour;
    }

    private void bothRegister(java.util.function.Function<RegisterRequest, RegisterResponse> behaviour) {
        node.register = behaviour;
        other.register = behaviour;
    }

    @Test
    void servicesOfThePastAreAllOfOneRevision() {
        Queue<dev.muster.v1.Moment> asked = new ConcurrentLinkedQueue<>();
        node.listServices = request -> {
            asked.add(request.getAt());
            boolean first = request.getPageToken().isEmpty();
            return ListServicesResponse.newBuilder()
                    .setHeader(Header.newBuilder().setRevision(12))
                    .addServices(dev.muster.v1.ServiceSummary.newBuilder().setService(first ? "a" : "b"))
                    .setNextPageToken(first ? "1" : "")
                    .build();
        };
        other.listServices = node.listServices;

        assertThat(client.services("", Consistency.LINEARIZABLE, Moment.of(Instant.ofEpochMilli(4711)))
                        .map(ServiceSummary::service))
                .containsExactly("a", "b");
        assertThat(asked)
                .containsExactly(
                        dev.muster.v1.Moment.newBuilder().setTimeMillis(4711).build(),
                        dev.muster.v1.Moment.newBuilder().setRevision(12).build());
    }
}
