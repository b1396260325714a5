// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.muster.internal.v1.Command;
import dev.muster.server.replica.Replicas;
import dev.muster.v1.Reason;
import dev.muster.v1.RegisterRequest;
import dev.muster.v1.StatusRequest;
import dev.muster.v1.Subscribe;
import dev.muster.v1.Unsubscribe;
import dev.muster.v1.WatchDelta;
import dev.muster.v1.WatchGrpc;
import dev.muster.v1.WatchHello;
import dev.muster.v1.WatchRequest;
import dev.muster.v1.WatchResponse;
import dev.muster.v1.WatchSnapshot;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WatchServiceTest {
    private final TestNode node = TestNode.leader();

    @AfterEach
    void close() {
        node.close();
        assertThat(node.failures).isEmpty();
    }

    @Test
    void aWatchGetsASnapshotThenDeltas() {
        Replicas.registered(node.replica, "orders", "a", 0);
        TestStream<WatchRequest, WatchResponse> stream = greeted();
        stream.send(subscribe(1, ByteString.EMPTY));
        WatchSnapshot snapshot = stream.take().getSnapshot();

        Replicas.registered(node.replica, "orders", "b", 0);
        WatchDelta delta = stream.take().getDelta();

        assertThat(snapshot.getInstancesList()).hasSize(1);
        assertThat(delta.getFromRevision()).isEqualTo(snapshot.getHeader().getRevision());
        assertThat(delta.getChanged(0).getKey().getId()).isEqualTo("b");
        assertThat(node.cluster().status(StatusRequest.getDefaultInstance()).getWatches())
                .isEqualTo(1);
    }

    @Test
    void anotherStreamGoesOnWithTheToken() {
        Replicas.registered(node.replica, "orders", "a", 0);
        TestStream<WatchRequest, WatchResponse> first = greeted();
        first.send(subscribe(1, ByteString.EMPTY));
        ByteString token = first.take().getSnapshot().getResumeToken();
        first.cancel();
        Replicas.deregistered(node.replica, "orders", "a");

        TestStream<WatchRequest, WatchResponse> second = greeted();
        second.send(subscribe(9, token));

        assertThat(second.take().getDelta().getRemovedList()).containsExactly("a");
    }

    @Test
    void progressComesWithinFiveSeconds() {
        TestStream<WatchRequest, WatchResponse> stream = greeted();
        stream.send(subscribe(1, ByteString.EMPTY));

        WatchResponse progress = stream.take(WatchResponse::hasProgress);

        assertThat(progress.getProgress().getHeader().getAgeMillis()).isBetween(0L, 2_000L);
    }

    @Test
    void aReaderThatStopsReadingGetsFewerAndLargerDeltas() {
        CompletableFuture<ClientCallStreamObserver<WatchRequest>> started = new CompletableFuture<>();
        AtomicInteger deltas = new AtomicInteger();
        AtomicInteger largest = new AtomicInteger();
        WatchGrpc.newStub(node.channel).open(new ClientResponseObserver<WatchRequest, WatchResponse>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
                stream.disableAutoRequestWithInitial(2);
                started.complete(stream);
            }

            @Override
            public void onNext(WatchResponse response) {
                if (response.hasDelta()) {
                    deltas.incrementAndGet();
                    largest.accumulateAndGet(response.getDelta().getChangedCount(), Math::max);
                }
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
        ClientCallStreamObserver<WatchRequest> call = started.join();
        call.onNext(hello(""));
        call.onNext(subscribe(1, ByteString.EMPTY));
        await().until(() ->
                node.cluster().status(StatusRequest.getDefaultInstance()).getWatches() == 1);
        int changes = 10_000;
        for (int i = 0; i < changes; i++) {
            Replicas.done(node.replica, Command.newBuilder().setRegister(large(i % 100)));
        }

        call.request(Integer.MAX_VALUE);

        await().until(() -> largest.get() == 100);
        assertThat(deltas.get()).isLessThan(changes / 4);
    }

    @Test
    void anEndedWatchIsSilent() {
        TestStream<WatchRequest, WatchResponse> stream = greeted();
        stream.send(subscribe(1, ByteString.EMPTY));
        stream.take();
        stream.send(WatchRequest.newBuilder()
                .setUnsubscribe(Unsubscribe.newBuilder().setWatch(1))
                .build());
        stream.send(subscribe(2, ByteString.EMPTY));
        stream.take();
        Replicas.registered(node.replica, "orders", "a", 0);

        assertThat(stream.take().getDelta().getWatch()).isEqualTo(2);
        stream.finish();
        assertThat(stream.ended).succeedsWithin(Duration.ofSeconds(5));
        await().until(() ->
                node.cluster().status(StatusRequest.getDefaultInstance()).getWatches() == 0);
    }

    @Test
    void anotherClusterIsRefused() throws InterruptedException {
        TestStream<WatchRequest, WatchResponse> stream = open();
        stream.send(hello("elsewhere"));

        assertThat(refusal(stream)).isEqualTo(Reason.REASON_WRONG_CLUSTER);
    }

    @Test
    void aStreamWithoutHelloIsRefused() throws InterruptedException {
        TestStream<WatchRequest, WatchResponse> stream = open();
        stream.send(subscribe(1, ByteString.EMPTY));

        assertThat(refusal(stream)).isEqualTo(Reason.REASON_INVALID);
    }

    /** So large that a few hundred fill all buffers between the node and a client that does not read. */
    private static RegisterRequest large(int number) {
        return RegisterRequest.newBuilder()
                .setInstance(
                        Replicas.instance("orders", "i" + number).toBuilder().putMetadata("k", "v".repeat(4_000)))
                .build();
    }

    private TestStream<WatchRequest, WatchResponse> open() {
        return new TestStream<>(WatchGrpc.newStub(node.channel)::open);
    }

    private TestStream<WatchRequest, WatchResponse> greeted() {
        TestStream<WatchRequest, WatchResponse> stream = open();
        stream.send(hello(Replicas.CLUSTER));
        assertThat(stream.take().getHello().getClusterId()).isEqualTo(Replicas.CLUSTER);
        return stream;
    }

    private static Reason refusal(TestStream<?, ?> stream) throws InterruptedException {
        try {
            stream.ended.get();
            throw new AssertionError("not refused");
        } catch (ExecutionException e) {
            return Refusals.error(e.getCause()).getReason();
        }
    }

    private static WatchRequest hello(String cluster) {
        return WatchRequest.newBuilder()
                .setHello(WatchHello.newBuilder().setClientName("test").setClusterId(cluster))
                .build();
    }

    private static WatchRequest subscribe(long watch, ByteString token) {
        return WatchRequest.newBuilder()
                .setSubscribe(Subscribe.newBuilder()
                        .setWatch(watch)
                        .setService("orders")
                        .setResumeToken(token))
                .build();
    }
}
