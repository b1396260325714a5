// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.muster.client.StateHash;
import dev.muster.testing.ClusterTest;
import dev.muster.testing.Hashes;
import dev.muster.testing.TestCluster;
import dev.muster.testing.TestNode;
import dev.muster.testing.Workload;
import dev.muster.v1.BatchRequest;
import dev.muster.v1.Change;
import dev.muster.v1.ClientFrame;
import dev.muster.v1.ClientHello;
import dev.muster.v1.DeregisterRequest;
import dev.muster.v1.Endpoint;
import dev.muster.v1.GrantLeaseRequest;
import dev.muster.v1.Instance;
import dev.muster.v1.InstanceKey;
import dev.muster.v1.LookupRequest;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.RegistryGrpc;
import dev.muster.v1.Request;
import dev.muster.v1.RevokeLeaseRequest;
import dev.muster.v1.ServerFrame;
import dev.muster.v1.Subscribe;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Requests that no client of ours would send. Each is refused with a reason, and after all of them the same node leads
 * in the same term, and every state is what it was.
 */
@ClusterTest
final class BadRequestTest {
    private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(10);

    private StateHash before = new StateHash("", new dev.muster.client.Position(0, 0, 0), 0);
    private long term;

    @BeforeEach
    void remember(TestCluster cluster) {
        before = Hashes.awaitQuiet(cluster);
        term = cluster.awaitLeader().status().term();
    }

    @AfterEach
    void nothingChanged(TestCluster cluster) {
        StateHash after = Hashes.awaitEqual(cluster);
        assertThat(after.position()).isEqualTo(before.position());
        assertThat(after.hash()).isEqualTo(before.hash());
        assertThat(cluster.awaitLeader().status().term()).isEqualTo(term);
    }

    @Test
    void registrationsThatBreakABoundAreRefused(TestCluster cluster) {
        Map<String, Instance.Builder> bad = new LinkedHashMap<>();
        bad.put("no key", valid().clearKey());
        bad.put("no endpoint", valid().clearEndpoints());
        for (String name : List.of(
                "",
                "a".repeat(129),
                "a".repeat(60_000),
                "../../etc/passwd",
                "a..b",
                "a/b",
                "UPPER",
                "nul\0",
                "line\r\n2024 INFO fake",
                "\u001b[2K",
                "\u202Eevil",
                "-a",
                "a-")) {
            bad.put("service " + name, valid().setKey(key().setService(name)));
            bad.put("id " + name, valid().setKey(key().setId(name)));
        }
        bad.put("namespace", valid().setKey(key().setNamespace("a b")));
        for (int port : new int[] {0, -1, 65_536}) {
            bad.put("port " + port, valid().setEndpoints(0, endpoint().setPort(port)));
        }
        for (String host : List.of("", "0.0.0.0", "::", "a".repeat(254), "a b", "host\n")) {
            bad.put("host " + host, valid().setEndpoints(0, endpoint().setHost(host)));
        }
        bad.put("two endpoints of one name", valid().addEndpoints(endpoint()));
        Instance.Builder manyEndpoints = valid();
        for (int i = 0; i < 16; i++) {
            manyEndpoints.addEndpoints(endpoint().setName("e" + i));
        }
        bad.put("17 endpoints", manyEndpoints);
        Instance.Builder manyPairs = valid();
        for (int i = 0; i < 65; i++) {
            manyPairs.putMetadata("k" + i, "v");
        }
        bad.put("65 pairs of metadata", manyPairs);
        bad.put("metadata of 5 KiB", valid().putMetadata("k", "v".repeat(5 * 1024)));
        bad.put("zone", valid().setZone("z".repeat(129)));
        bad.put("version", valid().setVersion("v".repeat(129)));
        bad.put("weight", valid().setWeight(65_536));
        bad.put("status of the future", valid().setStatusValue(77));
        bad.put(
                "field of the future",
                valid().setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build()));

        SoftAssertions all = new SoftAssertions();
        forEachNode(
                cluster,
                node -> bad.forEach((what, instance) -> all.assertThat(refusal(() -> node.registry()
                                .register(RegisterRequest.newBuilder()
                                        .setInstance(instance)
                                        .build())))
                        .as(printable(what))
                        .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.UNIMPLEMENTED)));
        all.assertAll();
    }

    @Test
    void otherRequestsThatBreakABoundAreRefused(TestCluster cluster) {
        Change change = Change.newBuilder()
                .setRegister(RegisterRequest.newBuilder().setInstance(valid()))
                .build();
        BatchRequest.Builder tooMany = BatchRequest.newBuilder();
        for (int i = 0; i < 129; i++) {
            tooMany.addChanges(Change.newBuilder()
                    .setRegister(RegisterRequest.newBuilder().setInstance(valid().setKey(key().setId("i" + i)))));
        }
        SoftAssertions all = new SoftAssertions();
        forEachNode(cluster, node -> {
            Map<String, Runnable> bad = new LinkedHashMap<>();
            bad.put("empty batch", () -> node.registry().batch(BatchRequest.getDefaultInstance()));
            bad.put("batch of 129", () -> node.registry().batch(tooMany.build()));
            bad.put(
                    "batch with one key twice",
                    () -> node.registry()
                            .batch(BatchRequest.newBuilder()
                                    .addChanges(change)
                                    .addChanges(change)
                                    .build()));
            bad.put(
                    "batch with an empty change",
                    () -> node.registry()
                            .batch(BatchRequest.newBuilder()
                                    .addChanges(change)
                                    .addChanges(Change.getDefaultInstance())
                                    .build()));
            bad.put("lookup without a service", () -> node.registry().lookup(LookupRequest.getDefaultInstance()));
            for (int ttl : new int[] {0, 999, 3_600_001, -1}) {
                bad.put(
                        "lease of " + ttl + " ms",
                        () -> node.leases()
                                .grant(GrantLeaseRequest.newBuilder()
                                        .setTtlMillis(ttl)
                                        .build()));
            }
            bad.forEach((what, call) -> all.assertThat(refusal(call)).as(what).isEqualTo(Status.Code.INVALID_ARGUMENT));
            all.assertThat(refusal(() -> node.registry()
                            .deregister(
                                    DeregisterRequest.newBuilder().setKey(key()).build())))
                    .as("deregistration of nobody")
                    .isEqualTo(Status.Code.NOT_FOUND);
            all.assertThat(refusal(() -> node.leases()
                            .revoke(RevokeLeaseRequest.newBuilder().setLease(-1).build())))
                    .as("guessed lease")
                    .isEqualTo(Status.Code.NOT_FOUND);
            all.assertThat(refusal(() -> node.registry()
                            .register(RegisterRequest.newBuilder()
                                    .setInstance(valid())
                                    .setLease(1)
                                    .build())))
                    .as("registration under a guessed lease")
                    .isEqualTo(Status.Code.NOT_FOUND);
        });
        all.assertAll();
    }

    @Test
    void messagesBeyondAllSizeAreRefusedUnread(TestCluster cluster) {
        Instance huge = valid().putMetadata("k", "v".repeat(65 << 20)).build();
        Instance large = valid().putMetadata("k", "v".repeat(100 << 10)).build();
        forEachNode(cluster, node -> {
            assertThat(refusal(() -> node.registry()
                            .register(RegisterRequest.newBuilder()
                                    .setInstance(huge)
                                    .build())))
                    .as("65 MiB")
                    .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED, Status.Code.UNAVAILABLE);
            assertThat(refusal(() -> node.registry()
                            .register(RegisterRequest.newBuilder()
                                    .setInstance(large)
                                    .build())))
                    .as("100 KiB")
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
        });
    }

    @Test
    void bytesThatAreNoMessageAreRefused(TestCluster cluster) {
        byte[] message = RegisterRequest.newBuilder()
                .setInstance(valid().putMetadata("name", "value"))
                .build()
                .toByteArray();
        List<byte[]> bad = new ArrayList<>();
        for (int length = 1; length < message.length; length += 3) {
            byte[] cut = new byte[length];
            System.arraycopy(message, 0, cut, 0, length);
            bad.add(cut);
        }
        Random random = new Random(42);
        for (int i = 0; i < 100; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            bad.add(noise);
        }
        bad.add(RegisterRequest.newBuilder()
                .setInstance(valid())
                .build()
                .toByteString()
                .concat(ByteString.copyFrom(new byte[] {0x0a, 0x04, 0x22, 0x02, (byte) 0xc3, 0x28}))
                .toByteArray());
        ByteString nested = ByteString.EMPTY;
        for (int depth = 0; depth < 2_000; depth++) {
            nested = UnknownFieldSet.newBuilder()
                    .addField(
                            1,
                            UnknownFieldSet.Field.newBuilder()
                                    .addLengthDelimited(nested)
                                    .build())
                    .build()
                    .toByteString();
        }
        bad.add(nested.toByteArray());
        try (RawNode node = RawNode.at(cluster.awaitLeader().endpoint())) {
            for (byte[] bytes : bad) {
                assertThat(refusal(() -> ClientCalls.blockingUnaryCall(
                                node.channel(),
                                ofBytes(RegistryGrpc.getRegisterMethod()),
                                CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                                bytes)))
                        .isNotEqualTo(Status.Code.OK);
            }
        }
    }

    @Test
    void otherProtocolsOnTheClientPortAreSentAway(TestCluster cluster) {
        TestNode leader = cluster.awaitLeader();
        byte[] noise = new byte[10_000];
        new Random(7).nextBytes(noise);
        for (byte[] bytes : List.of(
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03},
                noise)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), leader.port())) {
                socket.setSoTimeout((int) LONGEST_REFUSAL.toMillis());
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
                drain(socket.getInputStream());
            } catch (IOException e) {
                assertThat(e).isInstanceOf(java.net.SocketException.class);
            }
        }
    }

    @Test
    void streamsThatDoNotKeepToTheirProtocolAreEnded(TestCluster cluster) {
        ClientHello stranger = ClientHello.newBuilder()
                .setSession(987_654_321)
                .setGeneration(1)
                .setClusterId(cluster.awaitLeader().status().clusterId())
                .setEpochId(before.position().epochId())
                .build();
        try (RawNode node = RawNode.at(cluster.awaitLeader().endpoint())) {
            assertEnds(node, ClientFrame.getDefaultInstance());
            assertEnds(node, ClientFrame.newBuilder().setKeepAlive(true).build());
            assertEnds(
                    node,
                    ClientFrame.newBuilder()
                            .addRequests(Request.newBuilder()
                                    .setSequence(1)
                                    .setRegister(RegisterRequest.newBuilder().setInstance(valid())))
                            .build());
            assertEnds(node, hello(ClientHello.newBuilder().setTtlMillis(1)));
            assertEnds(node, hello(ClientHello.newBuilder().setTtlMillis(10_000).setClientName("n".repeat(129))));
            assertEnds(node, hello(ClientHello.newBuilder().setTtlMillis(10_000).setClusterId("another")));
            assertEnds(node, hello(stranger.toBuilder()));
            assertEnds(node, hello(stranger.toBuilder().setEpochId(1)));
            assertEnds(
                    node,
                    ClientFrame.newBuilder()
                            .addRequests(Request.newBuilder()
                                    .setRegister(RegisterRequest.newBuilder()
                                            .setInstance(valid().setZone("z".repeat(2 << 20)))))
                            .build());
            assertWatchIsRefused(node, Subscribe.newBuilder().setWatch(1).setService("../x"));
            assertWatchIsRefused(node, Subscribe.newBuilder().setWatch(0).setService("a"));
            assertWatchIsRefused(
                    node,
                    Subscribe.newBuilder()
                            .setWatch(1)
                            .setService("a")
                            .setResumeToken(ByteString.copyFromUtf8("made up")));
        }
    }

    @Test
    @Tag("long")
    void clusterServesOthersMeanwhile(TestCluster cluster) {
        Workload writers = cluster.startWriters(1).awaitMore(20);
        registrationsThatBreakABoundAreRefused(cluster);
        writers.awaitMore(20);
        writers.stop();
        before = Hashes.awaitEqual(cluster);
    }

    private interface Attack {
        void on(RawNode node);
    }

    private static void forEachNode(TestCluster cluster, Attack attack) {
        for (TestNode target : cluster.nodes()) {
            try (RawNode node = RawNode.at(target.endpoint())) {
                attack.on(node);
            }
        }
    }

    private static Status.Code refusal(Runnable call) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::run);
        return refusal == null ? Status.Code.OK : refusal.getStatus().getCode();
    }

    private static ClientFrame hello(ClientHello.Builder hello) {
        return ClientFrame.newBuilder().setHello(hello).build();
    }

    /** Answered with an error frame or status, and the stream is over. */
    private static void assertEnds(RawNode node, ClientFrame first) {
        Answers<ServerFrame> answers = new Answers<>();
        StreamObserver<ClientFrame> stream = node.sessions().open(answers);
        stream.onNext(first);
        await("the stream ends").atMost(LONGEST_REFUSAL).until(answers.over::isDone);
        assertThat(answers.over.isCompletedExceptionally()
                        || answers.received.stream().anyMatch(ServerFrame::hasEnd))
                .as("ended with a reason after " + first)
                .isTrue();
        assertThat(answers.received).as("greetings").noneMatch(ServerFrame::hasHello);
    }

    private static void assertWatchIsRefused(RawNode node, Subscribe.Builder subscribe) {
        Answers<WatchResponse> answers = new Answers<>();
        StreamObserver<WatchRequest> stream = node.watch().open(answers);
        stream.onNext(WatchRequest.newBuilder()
                .setHello(WatchHello.newBuilder().setClientName("bad"))
                .build());
        stream.onNext(WatchRequest.newBuilder().setSubscribe(subscribe).build());
        await("the watch is refused or starts anew")
                .atMost(LONGEST_REFUSAL)
                .until(() -> answers.over.isDone()
                        || answers.received.stream()
                                .anyMatch(response -> response.hasError()
                                        || response.getSnapshot().getReset()));
        stream.onCompleted();
    }

    private static void drain(InputStream in) throws IOException {
        byte[] chunk = new byte[1_024];
        while (in.read(chunk) >= 0) {
            // Whatever it says, it must end.
        }
    }

    private static String printable(String what) {
        String start = what.length() > 40 ? what.substring(0, 40) + " (" + what.length() + ")" : what;
        return start.replaceAll("\\P{Graph}", "?");
    }

    private static InstanceKey.Builder key() {
        return InstanceKey.newBuilder().setService("bad").setId("i");
    }

    private static Endpoint.Builder endpoint() {
        return Endpoint.newBuilder()
                .setName("grpc")
                .setProtocol("grpc")
                .setHost("10.0.0.1")
                .setPort(8080);
    }

    private static Instance.Builder valid() {
        return Instance.newBuilder().setKey(key()).addEndpoints(endpoint());
    }

    private static <R> MethodDescriptor<byte[], R> ofBytes(MethodDescriptor<?, R> method) {
        return MethodDescriptor.<byte[], R>newBuilder()
                .setType(method.getType())
                .setFullMethodName(method.getFullMethodName())
                .setRequestMarshaller(new MethodDescriptor.Marshaller<>() {
                    @Override
                    public InputStream stream(byte[] bytes) {
                        return new ByteArrayInputStream(bytes);
                    }

                    @Override
                    public byte[] parse(InputStream in) {
                        try {
                            return in.readAllBytes();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                })
                .setResponseMarshaller(method.getResponseMarshaller())
                .build();
    }

    /** What came back on a stream. */
    private static final class Answers<T> implements StreamObserver<T> {
        final List<T> received = new CopyOnWriteArrayList<>();
        final CompletableFuture<Void> over = new CompletableFuture<>();

        @Override
        public void onNext(T response) {
            received.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            over.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            over.complete(null);
        }
    }
}
