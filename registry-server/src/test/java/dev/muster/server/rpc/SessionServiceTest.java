// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.core.Limits;
import dev.muster.core.key.Key;
import dev.muster.core.key.ServiceName;
import dev.muster.server.replica.Replicas;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.CloseSessionRequest;
import dev.muster.v1.Consistency;
import dev.muster.v1.CreateKeyspaceRequest;
import dev.muster.v1.Error;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.NextKeySetRequest;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.Reply;
import dev.muster.v1.Request;
import dev.muster.v1.Result;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.ServerHello;
import dev.muster.v1.SessionsGrpc;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SessionServiceTest {
    private static final int TTL = 60_000;
    private static final Key ORDERS_A = new Key(ServiceName.of("", "orders"), "a");

    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void aSessionIsOpenedThroughTheLog() {
        Client client = new Client();
        ServerHello hello =
                client.open(ClientHello.newBuilder().setGeneration(1).setTtlMillis(TTL));

        assertThat(node.replica.state().sessions().get(hello.getSession())).isNotNull();
        assertThat(hello.getTtlMillis()).isEqualTo(TTL);
        assertThat(hello.getClusterId()).isEqualTo(Replicas.CLUSTER);
        assertThat(hello.getLeader()).isEqualTo(node.address());
    }

    @Test
    void requestsMayComeWithTheFirstFrame() {
        Client client = new Client();
        client.stream.send(ClientFrame.newBuilder()
                .setHello(ClientHello.newBuilder().setGeneration(1).setTtlMillis(TTL))
                .addRequests(write(1, 1, Replicas.register("orders", "a", 0)))
                .build());

        ServerFrame first = client.stream.take();
        assertThat(first.hasHello()).isTrue();
        // The answer may be in the same frame.
        assertThat(
                        first.getRepliesCount() == 1
                                ? first.getReplies(0).getResult().hasRegister()
                                : client.reply(1).hasRegister())
                .isTrue();
    }

    @Test
    void whatTheSessionRegistersLivesUnderItsLease() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));

        assertThat(client.reply(1).getRegister().getIncarnation()).isPositive();
        assertThat(Objects.requireNonNull(node.replica.state().catalog().instance(ORDERS_A))
                        .lease())
                .isEqualTo(client.session);
    }

    @Test
    void pipelinedWritesAreExecutedInOrder() {
        Client client = opened();
        ClientFrame.Builder frame = ClientFrame.newBuilder();
        for (int i = 1; i <= 2_000; i++) {
            frame.addRequests(write(i, i, Replicas.register("orders", "i" + i % 7, 0)));
        }
        client.stream.send(frame.build());

        long last = 0;
        for (int i = 1; i <= 2_000; i++) {
            long revision = client.reply(i).getRegister().getHeader().getRevision();
            assertThat(revision).isGreaterThanOrEqualTo(last);
            last = revision;
        }
        assertThat(Objects.requireNonNull(node.replica.state().sessions().get(client.session))
                        .applied())
                .isEqualTo(2_000);
    }

    @Test
    void moreThanWhatMayBeInFlightIsTakenPieceByPiece() {
        Client client = opened();
        int count = 3 * SessionStream.MAX_IN_FLIGHT;
        for (int i = 1; i <= count; i++) {
            client.send(Request.newBuilder()
                    .setCorrelation(i)
                    .setLookup(LookupRequest.newBuilder().setService("orders"))
                    .build());
        }
        for (int i = 1; i <= count; i++) {
            assertThat(client.reply(i).hasLookup()).isTrue();
        }
    }

    @Test
    void repliesThatAreReadyTogetherShareAFrame() {
        Client client = opened();
        ClientFrame.Builder frame = ClientFrame.newBuilder();
        for (int i = 1; i <= 1_000; i++) {
            frame.addRequests(write(i, i, Replicas.register("orders", "a", 0)));
        }
        client.stream.send(frame.build());
        for (int i = 1; i <= 1_000; i++) {
            client.reply(i);
        }

        assertThat(client.frames).as("frames of 1,000 replies").isLessThan(1_000);
    }

    @Test
    void aRepeatedWriteGetsTheSameReplyAndIsDoneOnce() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));
        Result first = client.reply(1);
        long revision = node.replica.state().revision();

        Client again = resumed(client, 2);
        again.send(write(2, 1, Replicas.register("orders", "a", 0)));

        assertThat(again.reply(2)).isEqualTo(first);
        assertThat(node.replica.state().revision()).isEqualTo(revision);
    }

    @Test
    void anotherWriteUnderTheSameSequenceIsInvalid() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));
        client.reply(1);
        client.send(write(2, 1, Replicas.register("orders", "b", 0)));

        assertThat(client.reply(2).getError().getReason()).isEqualTo(Reason.REASON_INVALID);
    }

    @Test
    void aSequenceThatWasLeftOutIsNotExecuted() {
        Client client = opened();
        client.send(write(1, 2, Replicas.register("orders", "a", 0)));

        assertThat(client.reply(1).getError().getReason()).isEqualTo(Reason.REASON_OUT_OF_SEQUENCE);
        assertThat(node.replica.state().catalog().instanceCount()).isZero();
    }

    @Test
    void anInvalidWriteTakesItsSequenceSoThatTheNextOneGoesOn() {
        Client client = opened();
        client.send(write(1, 1, RegisterRequest.getDefaultInstance()));
        client.send(write(2, 2, Replicas.register("orders", "a", 0)));

        assertThat(client.reply(1).getError().getReason()).isEqualTo(Reason.REASON_INVALID);
        assertThat(client.reply(2).hasRegister()).isTrue();
    }

    @Test
    void anOlderStreamOfTheSessionIsRefused() {
        Client old = opened();
        Client newer = resumed(old, 2);
        newer.send(write(1, 1, Replicas.register("orders", "a", 0)));
        newer.reply(1);

        old.send(write(2, 2, Replicas.register("orders", "b", 0)));
        assertThat(old.reply(2).getError().getReason()).isEqualTo(Reason.REASON_STALE_GENERATION);

        Client late = new Client();
        late.hello(hello(old, 1));
        assertThat(late.end().getReason()).isEqualTo(Reason.REASON_STALE_GENERATION);
    }

    @Test
    void anUnknownSessionIsToldSo() {
        Client client = new Client();
        client.hello(ClientHello.newBuilder()
                .setSession(4_711)
                .setGeneration(2)
                .setClusterId(Replicas.CLUSTER)
                .setEpochId(Replicas.EPOCH));

        assertThat(client.end().getReason()).isEqualTo(Reason.REASON_SESSION_UNKNOWN);
    }

    @Test
    void aSessionOfAnotherClusterOrEpochIsToldSo() {
        Client foreign = new Client();
        foreign.hello(ClientHello.newBuilder()
                .setSession(1)
                .setGeneration(1)
                .setClusterId("elsewhere")
                .setEpochId(Replicas.EPOCH));
        assertThat(foreign.end().getReason()).isEqualTo(Reason.REASON_WRONG_CLUSTER);

        Client old = new Client();
        old.hello(ClientHello.newBuilder()
                .setSession(1)
                .setGeneration(1)
                .setClusterId(Replicas.CLUSTER)
                .setEpochId(Replicas.EPOCH - 1));
        assertThat(old.end().getReason()).isEqualTo(Reason.REASON_WRONG_CLUSTER);
    }

    @Test
    void everythingASessionHasEndsWithIt() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));
        client.send(Request.newBuilder()
                .setCorrelation(2)
                .setSequence(2)
                .setGrantLease(GrantLeaseRequest.newBuilder().setTtlMillis(TTL))
                .build());
        client.send(Request.newBuilder()
                .setCorrelation(3)
                .setSequence(3)
                .setCloseSession(CloseSessionRequest.getDefaultInstance())
                .build());

        assertThat(client.reply(2).getGrantLease().getLease()).isPositive();
        assertThat(client.reply(3).hasCloseSession()).isTrue();
        assertThat(node.replica.state().catalog().instanceCount()).isZero();
        assertThat(node.replica.state().leases().size()).isZero();
    }

    @Test
    void keepAlivesAreAnsweredAndNameUnknownLeases() {
        Client client = opened();
        client.stream.send(
                ClientFrame.newBuilder().setKeepAlive(true).addLeases(99).build());

        ServerFrame answer = client.stream.take(ServerFrame::hasKeepAlive);

        assertThat(answer.getKeepAlive().getUnknownList()).containsExactly(99L);
    }

    @Test
    void aSilentSessionEndsAndAHeardOneLives() {
        Client silent = new Client();
        silent.open(ClientHello.newBuilder().setGeneration(1).setTtlMillis(3_000));
        silent.send(write(1, 1, Replicas.register("orders", "silent", 0)));
        silent.reply(1);
        Client heard = new Client();
        heard.open(ClientHello.newBuilder().setGeneration(1).setTtlMillis(3_000));
        heard.send(write(1, 1, Replicas.register("orders", "heard", 0)));
        heard.reply(1);

        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    heard.stream.send(
                            ClientFrame.newBuilder().setKeepAlive(true).build());
                    return node.replica.state().catalog().instanceCount() == 1;
                });

        assertThat(node.replica.state().sessions().get(heard.session)).isNotNull();
        assertThat(node.replica.state().sessions().get(silent.session)).isNull();
    }

    @Test
    void readsInTheStreamAreAnswered() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));
        client.reply(1);
        client.send(Request.newBuilder()
                .setCorrelation(2)
                .setLookup(LookupRequest.newBuilder().setService("orders"))
                .build());

        assertThat(client.reply(2).getLookup().getInstancesCount()).isEqualTo(1);
    }

    @Test
    void onLossOfLeadershipTheStreamNamesTheLeaderAndEnds() {
        Client client = opened();
        node.single().loseLeadership("node-2", "10.0.0.2:7440").join();

        Error end = client.end();

        assertThat(end.getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
        assertThat(end.getLeader()).isEqualTo("10.0.0.2:7440");
        assertThat(client.stream.ended).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aClientThatFinishesGetsWhatIsOpenFirst() {
        Client client = opened();
        for (int i = 1; i <= 100; i++) {
            client.send(write(i, i, Replicas.register("orders", "a" + i, 0)));
        }
        client.stream.finish();

        for (int i = 1; i <= 100; i++) {
            assertThat(client.reply(i).hasRegister()).isTrue();
        }
        assertThat(client.stream.ended).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void whatIsWrongWithARequestIsSaidInItsReplyAndChangesNothing() {
        Client client = opened();
        long hash = node.replica.state().stateHash();
        client.send(write(1, 0, Replicas.register("orders", "a", 0)));
        client.send(Request.newBuilder().setCorrelation(2).build());
        client.send(Request.newBuilder()
                .setCorrelation(3)
                .setSequence(1)
                .setLookup(LookupRequest.newBuilder().setService("orders"))
                .build());
        client.send(Request.newBuilder()
                .setCorrelation(4)
                .setLookup(LookupRequest.newBuilder()
                        .setService("orders")
                        .setRead(ReadOptions.newBuilder().setConsistency(Consistency.CONSISTENCY_BOUNDED)))
                .build());
        client.send(write(5, 1, tooLarge()));

        for (int i = 1; i <= 5; i++) {
            assertThat(client.reply(i).getError().getReason()).isEqualTo(Reason.REASON_INVALID);
        }
        assertThat(node.replica.state().stateHash()).isEqualTo(hash);
    }

    @Test
    void aStreamWithoutHelloOrWithTwoIsEnded() {
        Client without = new Client();
        without.stream.send(ClientFrame.newBuilder().setKeepAlive(true).build());
        assertThat(without.end().getReason()).isEqualTo(Reason.REASON_INVALID);

        Client twice = opened();
        twice.hello(ClientHello.newBuilder().setGeneration(2).setTtlMillis(TTL));
        assertThat(twice.end().getReason()).isEqualTo(Reason.REASON_INVALID);
    }

    @Test
    void aFrameThatIsTooLargeEndsTheStreamInWords() {
        Client client = opened();
        ClientFrame.Builder frame = ClientFrame.newBuilder();
        while (frame.build().getSerializedSize() <= Limits.MAX_FRAME_BYTES) {
            frame.addRequests(write(1, 1, tooLarge()));
        }
        long hash = node.replica.state().stateHash();
        client.stream.send(frame.build());

        assertThat(client.end().getMessage()).contains("frame", "expected");
        assertThat(node.replica.state().stateHash()).isEqualTo(hash);
    }

    @Test
    void aClientThatGoesLeavesNothingBehindButItsSession() {
        Client client = opened();
        client.send(write(1, 1, Replicas.register("orders", "a", 0)));
        client.reply(1);
        client.stream.cancel();

        Client again = resumed(client, 2);
        again.send(write(1, 2, Replicas.register("orders", "b", 0)));

        assertThat(again.reply(1).hasRegister()).isTrue();
    }

    private Client opened() {
        Client client = new Client();
        client.open(
                ClientHello.newBuilder().setClientName("test").setGeneration(1).setTtlMillis(TTL));
        return client;
    }

    private Client resumed(Client before, long generation) {
        Client client = new Client();
        client.open(hello(before, generation));
        return client;
    }

    private static ClientHello.Builder hello(Client before, long generation) {
        return ClientHello.newBuilder()
                .setSession(before.session)
                .setGeneration(generation)
                .setClusterId(Replicas.CLUSTER)
                .setEpochId(Replicas.EPOCH);
    }

    @Test
    void aRepeatedCallForAKeySetGetsTheSameSet() {
        Client client = opened();
        client.send(Request.newBuilder()
                .setCorrelation(1)
                .setSequence(1)
                .setCreateKeyspace(CreateKeyspaceRequest.newBuilder().setName("invoice"))
                .build());
        Request next = Request.newBuilder()
                .setCorrelation(2)
                .setSequence(2)
                .setNextKeySet(
                        NextKeySetRequest.newBuilder().setKeyspace("invoice").setSize(5))
                .build();
        client.send(next);
        Result first = client.reply(2);
        client.send(next);
        Result again = client.reply(2);
        client.send(next.toBuilder().setCorrelation(3).setSequence(3).build());

        assertThat(first.getNextKeySet().getKeys().getLast().getLow()).isEqualTo(4);
        assertThat(again).isEqualTo(first);
        assertThat(client.reply(3).getNextKeySet().getKeys().getFirst().getLow())
                .isEqualTo(5);
    }

    private static Request write(long correlation, long sequence, RegisterRequest register) {
        return Request.newBuilder()
                .setCorrelation(correlation)
                .setSequence(sequence)
                .setRegister(register)
                .build();
    }

    private static RegisterRequest tooLarge() {
        Instance instance = Replicas.instance("orders", "large").toBuilder()
                .putMetadata("k", "v".repeat(Limits.MAX_OPERATION_BYTES))
                .build();
        return RegisterRequest.newBuilder().setInstance(instance).build();
    }

    /** A client as far as a test needs one. */
    private final class Client {
        final TestStream<ClientFrame, ServerFrame> stream = new TestStream<>(SessionsGrpc.newStub(node.channel)::open);
        private final Map<Long, Result> replies = new HashMap<>();
        private final Queue<Error> ends = new ArrayDeque<>();
        long session;
        int frames;

        void hello(ClientHello.Builder hello) {
            stream.send(ClientFrame.newBuilder().setHello(hello).build());
        }

        ServerHello open(ClientHello.Builder hello) {
            hello(hello);
            ServerHello answer = stream.take().getHello();
            session = answer.getSession();
            return answer;
        }

        void send(Request request) {
            stream.send(ClientFrame.newBuilder().addRequests(request).build());
        }

        Result reply(long correlation) {
            while (!replies.containsKey(correlation)) {
                read();
            }
            return replies.remove(correlation);
        }

        Error end() {
            while (ends.isEmpty()) {
                read();
            }
            return ends.remove();
        }

        private void read() {
            ServerFrame frame = stream.take();
            frames++;
            for (Reply reply : frame.getRepliesList()) {
                replies.put(reply.getCorrelation(), reply.getResult());
            }
            if (frame.hasEnd()) {
                ends.add(frame.getEnd());
            }
        }
    }
}
