// SPDX-License-Identifier: Apache-2.0
package dev.muster.client.internal;

import static org.awaitility.Awaitility.await;

import dev.muster.client.Change;
import dev.muster.client.ClientOptions;
import dev.muster.client.InstanceKey;
import dev.muster.client.ServiceInstance;
import dev.muster.client.WriteResult;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** A client of scripted nodes whose time is in the hands of the test, and that starts at the first node. */
final class TestClient implements AutoCloseable {
    static final Duration TTL = Duration.ofSeconds(9);
    static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static final EventLoopGroup GROUP =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("test-io", true), NioIoHandler.newFactory());
    /** No jitter: each pause is over at once. */
    private static final RandomGenerator NO_PAUSE = () -> 0;

    final ManualLoop loop = new ManualLoop();
    final GrpcClient client;

    TestClient(FakeNode... nodes) {
        this(Optional.empty(), nodes);
    }

    /** One that keeps the lists of its views in this folder. */
    TestClient(Optional<Path> diskCache, FakeNode... nodes) {
        List<String> endpoints = Arrays.stream(nodes).map(FakeNode::address).toList();
        client = new GrpcClient(
                new ClientOptions(endpoints, "test", "default", TTL, TIMEOUT, diskCache),
                loop,
                NO_PAUSE,
                address -> Channels.connect(address, GROUP));
    }

    /** Writes something; which instance it is about tells the writes apart. */
    CompletableFuture<WriteResult> write(String id) {
        return client.writeAsync(Change.deregister(InstanceKey.of("payments", id)));
    }

    /** Writes something and leaves the answer to itself. */
    void begin(String id) {
        var unused = write(id);
    }

    static ServiceInstance instance(String id) {
        return ServiceInstance.of("payments", id).endpoint("grpc", "10.0.0.5", 8080);
    }

    @Override
    public void close() {
        CompletableFuture<Void> closing = CompletableFuture.runAsync(client::close);
        await().until(() -> {
            loop.advance(TIMEOUT);
            return closing.isDone();
        });
        closing.join();
        loop.close();
    }
}
