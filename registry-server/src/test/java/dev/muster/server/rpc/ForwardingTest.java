// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.muster.server.replica.FollowerReplica;
import dev.muster.server.replica.Leadership;
import dev.muster.server.replica.Replicas;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.ConfirmRequest;
import dev.muster.v1.Consistency;
import dev.muster.v1.Error;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Request;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.SessionsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ForwardingTest {
    private final TestNode leader = TestNode.leader();
    private final FollowerReplica following = new FollowerReplica("node-2", leader.single(), leader.address());
    private final TestNode follower = TestNode.of(following);

    @AfterEach
    void close() {
        follower.close();
        leader.close();
        assertThat(follower.failures).isEmpty();
        assertThat(leader.failures).isEmpty();
    }

    @Test
    void aWriteAtAFollowerIsDoneByTheLeader() {
        long incarnation = follower.registry()
                .register(Replicas.register("orders", "a", 0))
                .getIncarnation();

        assertThat(incarnation).isPositive();
        assertThat(leader.replica.state().catalog().instanceCount()).isEqualTo(1);
    }

    @Test
    void theEventNamesTheNodeThatTookTheCallAndWhoMadeIt() {
        follower.registry().register(Replicas.register("orders", "a", 0));

        var events = leader.replica.state().events();
        assertThat(events.from(events.lastSequence())
                        .iterator()
                        .next()
                        .toEvent()
                        .getActor())
                .contains("127.0.0.1");
    }

    @Test
    void aRefusalComesBackAsTheLeaderSaidIt() {
        Error refused = Refusals.error(() -> follower.registry().deregister(Replicas.deregister("orders", "nobody")));

        assertThat(refused.getReason()).isEqualTo(Reason.REASON_NOT_FOUND);
    }

    @Test
    void aCallThatWasPassedOnIsNotPassedOnAgain() {
        Metadata forwarded = new Metadata();
        forwarded.put(Caller.FORWARDED, "node-3");
        forwarded.put(Metadata.Key.of("muster-principal", Metadata.ASCII_STRING_MARSHALLER), "10.0.0.9");

        Error refused = Refusals.error(() -> follower.registry()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forwarded))
                .register(Replicas.register("orders", "a", 0)));

        assertThat(refused.getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
        assertThat(refused.getLeader()).isEqualTo(leader.address());
        assertThat(leader.replica.state().catalog().instanceCount()).isZero();
    }

    @Test
    void twoNodesThatTakeEachOtherForTheLeaderAnswerAtOnce() {
        leader.single().loseLeadership("node-2", follower.address()).join();

        Error refused = Refusals.error(() -> follower.registry().register(Replicas.register("orders", "a", 0)));

        assertThat(refused.getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
    }

    @Test
    void keepAlivesArePassedOn() {
        long lease = follower.leases()
                .grant(GrantLeaseRequest.newBuilder().setTtlMillis(60_000).build())
                .getLease();

        assertThat(follower.leases()
                        .keepAlive(KeepAliveRequest.newBuilder()
                                .addLeases(lease)
                                .addLeases(99)
                                .build())
                        .getUnknownList())
                .containsExactly(99L);
    }

    @Test
    void aWholeSessionStreamIsPassedOn() {
        TestStream<ClientFrame, ServerFrame> stream = session();
        assertThat(stream.take().getHello().getNode()).isEqualTo("node-1");
        for (int i = 1; i <= 500; i++) {
            stream.send(ClientFrame.newBuilder().addRequests(write(i)).build());
        }
        int replies = 0;
        while (replies < 500) {
            replies += stream.take().getRepliesCount();
        }

        assertThat(leader.replica.state().catalog().instanceCount()).isEqualTo(500);
    }

    @Test
    void aPassedOnStreamIsToldOfTheNewLeader() {
        TestStream<ClientFrame, ServerFrame> stream = session();
        stream.take();
        leader.single().loseLeadership("node-3", "10.0.0.3:7440").join();

        ServerFrame end = stream.take(ServerFrame::hasEnd);

        assertThat(end.getEnd().getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
        assertThat(end.getEnd().getLeader()).isEqualTo("10.0.0.3:7440");
    }

    @Test
    void aStreamToALeaderThatDoesNotAnswerAnyMoreEndsWhenAnotherOneLeads() {
        TestStream<ClientFrame, ServerFrame> stream = session();
        stream.take();

        following.know(new Leadership(false, 2, "node-3", "127.0.0.1:1"));

        assertThat(stream.ended).failsWithin(Duration.ofSeconds(5));
    }

    @Test
    void moreStreamsThanAConnectionCarriesArePassedOn() {
        List<TestStream<ClientFrame, ServerFrame>> streams = new ArrayList<>();
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 2 * RpcServer.MAX_CALLS_PER_CONNECTION; i++) {
            if (i % ChannelPool.CALLS_PER_CHANNEL == 0) {
                channels.add(follower.connect());
            }
            streams.add(session(channels.get(channels.size() - 1)));
        }

        streams.forEach(stream -> assertThat(stream.take().hasHello()).isTrue());

        assertThat(follower.registry()
                        .register(Replicas.register("orders", "a", 0))
                        .getIncarnation())
                .isPositive();
        channels.forEach(ManagedChannel::shutdownNow);
    }

    @Test
    void aFollowerReadsWhatWasAcknowledgedBeforeTheRead() {
        leader.registry().register(Replicas.register("orders", "a", 0));
        following.stayBehind();
        leader.registry().register(Replicas.register("orders", "b", 0));

        var pending = RegistryGrpc.newFutureStub(follower.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .lookup(read(Consistency.CONSISTENCY_LINEARIZABLE));
        LookupResponse local = follower.registry().lookup(read(Consistency.CONSISTENCY_LOCAL));
        assertThat(local.getInstancesCount()).isEqualTo(1);
        assertThat(pending).isNotDone();
        following.catchUp();

        assertThat(pending).succeedsWithin(Duration.ofSeconds(5)).satisfies(found -> {
            assertThat(found.getInstancesCount()).isEqualTo(2);
            assertThat(found.getHeader().getAgeMillis()).isZero();
        });
    }

    @Test
    void aBoundedReadAtACutOffFollowerIsTooOldAndALocalOneIsNot() {
        following.know(new Leadership(false, 2, "node-3", "127.0.0.1:1"));

        Error refused = Refusals.error(() -> follower.registry()
                .lookup(LookupRequest.newBuilder()
                        .setService("orders")
                        .setRead(ReadOptions.newBuilder()
                                .setConsistency(Consistency.CONSISTENCY_BOUNDED)
                                .setMaxAgeMillis(500))
                        .build()));

        assertThat(refused.getReason()).isEqualTo(Reason.REASON_TOO_OLD);
        assertThat(follower.registry()
                        .lookup(read(Consistency.CONSISTENCY_LOCAL))
                        .getHeader()
                        .getAgeMillis())
                .isEqualTo(-1);
    }

    @Test
    void onlyTheLeaderConfirms() {
        assertThat(leader.cluster().confirm(ConfirmRequest.getDefaultInstance()).getTerm())
                .isEqualTo(1);
        Error refused = Refusals.error(() -> follower.cluster().confirm(ConfirmRequest.getDefaultInstance()));
        assertThat(refused.getReason()).isEqualTo(Reason.REASON_NOT_LEADER);
    }

    @Test
    void aLeaderThatCannotBeReachedDidNothing() {
        following.know(new Leadership(false, 2, "node-3", "127.0.0.1:1"));

        Error refused = Refusals.error(() -> follower.registry().register(Replicas.register("orders", "a", 0)));

        assertThat(refused.getReason()).isEqualTo(Reason.REASON_UNAVAILABLE);
    }

    @Test
    void aWriteThatWasOnItsWayWhenTheLeaderWentHasAnUnknownFate() {
        var pending = RegistryGrpc.newFutureStub(follower.channel).withDeadlineAfter(10, TimeUnit.SECONDS);
        leader.single().loseLeadership("", "").join();
        var write = pending.register(Replicas.register("orders", "a", 0));
        await().pollDelay(Duration.ofMillis(300)).until(() -> true);
        leader.server.close();

        assertThat(write).failsWithin(Duration.ofSeconds(8)).withThrowableThat().satisfies(failure -> {
            assertThat(Refusals.error(failure.getCause()).getReason())
                    .isIn(Reason.REASON_UNKNOWN_OUTCOME, Reason.REASON_UNAVAILABLE, Reason.REASON_NOT_LEADER);
        });
    }

    private TestStream<ClientFrame, ServerFrame> session() {
        return session(follower.channel);
    }

    private static TestStream<ClientFrame, ServerFrame> session(ManagedChannel channel) {
        TestStream<ClientFrame, ServerFrame> stream = new TestStream<>(SessionsGrpc.newStub(channel)::open);
        stream.send(ClientFrame.newBuilder()
                .setHello(ClientHello.newBuilder().setGeneration(1).setTtlMillis(60_000))
                .build());
        return stream;
    }

    private static Request write(long sequence) {
        return Request.newBuilder()
                .setCorrelation(sequence)
                .setSequence(sequence)
                .setRegister(Replicas.register("orders", "i" + sequence, 0))
                .build();
    }

    private static LookupRequest read(Consistency consistency) {
        return LookupRequest.newBuilder()
                .setService("orders")
                .setRead(ReadOptions.newBuilder().setConsistency(consistency))
                .build();
    }
}
