// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.muster.server.replica.Replicas;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.Consistency;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Error;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.KeepAliveRequest;
import dev.muster.v1.ListServicesRequest;
import dev.muster.v1.ListServicesResponse;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.LookupResponse;
import dev.muster.v1.Moment;
import dev.muster.v1.ReadOptions;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Status;
import dev.muster.v1.UpdateRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RegistryServiceTest {
    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void whatWasRegisteredIsFound() {
        long incarnation =
                node.registry().register(Replicas.register("orders", "a", 0)).getIncarnation();

        LookupResponse found = node.registry()
                .lookup(LookupRequest.newBuilder().setService("orders").build());

        assertThat(incarnation).isPositive();
        assertThat(found.getKnown()).isTrue();
        assertThat(found.getHeader().getAgeMillis()).isZero();
        assertThat(found.getHeader().getEpochId()).isEqualTo(Replicas.EPOCH);
        assertThat(found.getInstances(0).getIncarnation()).isEqualTo(incarnation);
    }

    @Test
    void whatWasDeregisteredIsGone() {
        node.registry().register(Replicas.register("orders", "a", 0));
        node.registry().deregister(Replicas.deregister("orders", "a"));

        assertThat(lookup("orders").getKnown()).isFalse();
    }

    @Test
    void anInstanceThatDoesNotServeIsCountedAndShownOnDemand() {
        node.registry().register(Replicas.register("orders", "a", 0));
        node.registry()
                .update(UpdateRequest.newBuilder()
                        .setKey(key("orders", "a"))
                        .setStatus(Status.STATUS_DRAINING)
                        .build());

        assertThat(lookup("orders").getInstancesCount()).isZero();
        assertThat(lookup("orders").getNotServing()).isEqualTo(1);
        assertThat(node.registry()
                        .lookup(LookupRequest.newBuilder()
                                .setService("orders")
                                .setAll(true)
                                .build())
                        .getInstances(0)
                        .getStatus())
                .isEqualTo(Status.STATUS_DRAINING);
    }

    @Test
    void aBatchIsAllOrNothing() {
        BatchRequest good = BatchRequest.newBuilder()
                .addChanges(Change.newBuilder().setRegister(Replicas.register("orders", "a", 0)))
                .addChanges(Change.newBuilder().setRegister(Replicas.register("orders", "b", 0)))
                .build();
        assertThat(node.registry().batch(good).getIncarnationsCount()).isEqualTo(2);

        BatchRequest bad = BatchRequest.newBuilder()
                .addChanges(Change.newBuilder().setRegister(Replicas.register("orders", "c", 0)))
                .addChanges(Change.newBuilder().setDeregister(Replicas.deregister("orders", "nobody")))
                .build();
        assertThat(Refusals.error(() -> node.registry().batch(bad)).getReason()).isEqualTo(Reason.REASON_NOT_FOUND);
        assertThat(lookup("orders").getInstancesCount()).isEqualTo(2);
    }

    @Test
    void refusalsKeepTheirReasonTheirWordsAndTheirDetails() {
        long incarnation =
                node.registry().register(Replicas.register("orders", "a", 0)).getIncarnation();
        DeregisterRequest wrong = DeregisterRequest.newBuilder()
                .setKey(key("orders", "a"))
                .setIncarnation(incarnation + 5)
                .build();

        StatusRuntimeException refused = Refusals.status(() -> node.registry().deregister(wrong));

        assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.ABORTED);
        assertThat(refused.getStatus().getDescription()).contains("expected");
        assertThat(Refusals.error(refused).getIncarnation()).isEqualTo(incarnation);
    }

    @Test
    void anUnavailableRegistrySaysWhenToComeBack() throws Exception {
        node.single().loseLeadership("", "").join();

        StatusRuntimeException refused =
                Refusals.status(() -> node.registry().register(Replicas.register("orders", "a", 0)));

        com.google.rpc.Status status = StatusProto.fromThrowable(refused);
        assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNAVAILABLE);
        assertThat(status.getDetails(0).unpack(ErrorInfo.class).getDomain()).isEqualTo("muster.dev");
        assertThat(status.getDetails(1).unpack(RetryInfo.class).hasRetryDelay()).isTrue();
    }

    @Test
    void writesWaitAWhileForALeader() {
        node.single().loseLeadership("", "").join();
        var pending = RegistryGrpc.newFutureStub(node.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .register(Replicas.register("orders", "a", 0));
        node.single().lead().join();

        assertThat(pending).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void pagesShowEveryServiceOnce() {
        for (int i = 0; i < 25; i++) {
            node.registry().register(Replicas.register("s" + i, "a", 0));
        }
        node.registry().register(Replicas.register("gone", "a", 0));
        node.registry().deregister(Replicas.deregister("gone", "a"));

        List<String> names = new ArrayList<>();
        String token = "";
        do {
            ListServicesResponse page = node.registry()
                    .listServices(ListServicesRequest.newBuilder()
                            .setNamespace("default")
                            .setPageSize(10)
                            .setPageToken(token)
                            .build());
            page.getServicesList().forEach(service -> names.add(service.getService()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());

        assertThat(names).hasSize(25).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void readsOfEveryConsistencySayHowOldTheyAre() {
        node.registry().register(Replicas.register("orders", "a", 0));

        assertThat(read(Consistency.CONSISTENCY_LINEARIZABLE, 0).getHeader().getAgeMillis())
                .isZero();
        assertThat(read(Consistency.CONSISTENCY_BOUNDED, 5_000).getHeader().getAgeMillis())
                .isBetween(0L, 5_000L);
        assertThat(read(Consistency.CONSISTENCY_LOCAL, 0).getHeader().getAgeMillis())
                .isGreaterThanOrEqualTo(0);
    }

    @Test
    void aReadWaitsForItsRevision() {
        long next = node.replica.state().revision() + 1;
        var pending = RegistryGrpc.newFutureStub(node.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .lookup(LookupRequest.newBuilder()
                        .setService("orders")
                        .setRead(ReadOptions.newBuilder()
                                .setConsistency(Consistency.CONSISTENCY_LOCAL)
                                .setMinRevision(next))
                        .build());
        node.registry().register(Replicas.register("orders", "a", 0));

        assertThat(pending)
                .succeedsWithin(Duration.ofSeconds(5))
                .satisfies(found -> assertThat(found.getInstancesCount()).isEqualTo(1));
    }

    @Test
    void aListOfThePastIsThatOfThen() {
        node.registry().register(Replicas.register("orders", "a", 0));
        long then = node.replica.state().revision();
        ListServicesResponse list = node.registry().listServices(ListServicesRequest.getDefaultInstance());
        LookupResponse found = node.registry()
                .lookup(LookupRequest.newBuilder().setService("orders").build());
        node.registry().deregister(Replicas.deregister("orders", "a"));
        node.registry().register(Replicas.register("orders", "b", 0));
        node.registry().register(Replicas.register("payments", "a", 0));

        Moment at = Moment.newBuilder().setRevision(then).build();
        assertThat(node.registry()
                        .listServices(ListServicesRequest.newBuilder().setAt(at).build()))
                .isEqualTo(list);
        assertThat(node.registry()
                        .lookup(LookupRequest.newBuilder()
                                .setService("orders")
                                .setAt(at)
                                .build()))
                .isEqualTo(found);
        assertThatThrownBy(() -> node.registry()
                        .listServices(ListServicesRequest.newBuilder()
                                .setAt(Moment.newBuilder().setRevision(4711))
                                .build()))
                .hasMessageContaining("at.revision: 4711 (expected: at most 5");
        assertThatThrownBy(() -> node.registry()
                        .listServices(ListServicesRequest.newBuilder()
                                .setAt(Moment.getDefaultInstance())
                                .build()))
                .hasMessageContaining("at: \"0\" (expected: a revision that was made");
    }

    @Test
    void malformedRequestsAreRefusedInWordsAndChangeNothing() {
        node.registry().register(Replicas.register("orders", "a", 0));
        long hash = node.replica.state().stateHash();
        long chain = node.replica.state().chain();
        Instance fine = Replicas.instance("orders", "b");
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        List<RegisterRequest> malformed = List.of(
                RegisterRequest.getDefaultInstance(),
                with(fine.toBuilder().clearEndpoints()),
                with(fine.toBuilder().setKey(key("../../etc/passwd", "a"))),
                with(fine.toBuilder().setKey(key("orders", "a\0b"))),
                with(fine.toBuilder().setKey(key("x".repeat(129), "a"))),
                with(fine.toBuilder().setWeight(-1)),
                with(fine.toBuilder().setStatusValue(77)),
                with(fine.toBuilder().putMetadata("k", "v".repeat(5_000))),
                with(fine.toBuilder().putMetadata("k", "\u001b[2K")),
                with(fine.toBuilder().setUnknownFields(unknown)));

        for (RegisterRequest request : malformed) {
            Error refused = Refusals.error(() -> node.registry().register(request));
            assertThat(refused.getReason()).isIn(Reason.REASON_INVALID, Reason.REASON_UNSUPPORTED);
            assertThat(refused.getMessage()).isNotEmpty();
        }
        assertThat(Refusals.error(() -> node.leases()
                                .keepAlive(KeepAliveRequest.newBuilder()
                                        .addAllLeases(Collections.nCopies(10_001, 1L))
                                        .build()))
                        .getReason())
                .isEqualTo(Reason.REASON_INVALID);

        assertThat(node.replica.state().stateHash()).isEqualTo(hash);
        assertThat(node.replica.state().chain()).isEqualTo(chain);
    }

    @Test
    void bytesThatAreNoMessageAndMessagesThatAreTooLargeChangeNothing() {
        long chain = node.replica.state().chain();
        MethodDescriptor<ByteString, ByteString> raw = RegistryGrpc.getRegisterMethod().toBuilder(
                        new EncodedMarshaller(), new EncodedMarshaller())
                .build();

        for (ByteString bytes :
                List.of(ByteString.copyFromUtf8("\uffff\uffff no protobuf"), ByteString.copyFrom(new byte[2 << 20]))) {
            StatusRuntimeException refused =
                    Refusals.status(() -> ClientCalls.blockingUnaryCall(node.channel, raw, CallOptions.DEFAULT, bytes));
            assertThat(refused.getStatus().getCode()).isNotEqualTo(io.grpc.Status.Code.OK);
        }

        assertThat(node.replica.state().chain()).isEqualTo(chain);
        assertThat(lookup("orders").getKnown()).isFalse();
    }

    private LookupResponse lookup(String service) {
        return node.registry()
                .lookup(LookupRequest.newBuilder().setService(service).build());
    }

    private LookupResponse read(Consistency consistency, int maxAgeMillis) {
        return node.registry()
                .lookup(LookupRequest.newBuilder()
                        .setService("orders")
                        .setRead(ReadOptions.newBuilder()
                                .setConsistency(consistency)
                                .setMaxAgeMillis(maxAgeMillis))
                        .build());
    }

    private static RegisterRequest with(Instance.Builder instance) {
        return RegisterRequest.newBuilder().setInstance(instance).build();
    }

    private static InstanceKey key(String service, String id) {
        return InstanceKey.newBuilder().setService(service).setId(id).build();
    }
}
