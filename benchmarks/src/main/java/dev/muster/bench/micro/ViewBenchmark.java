// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.client.Change;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import dev.muster.server.testing.MusterTestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to take a list out of a view, of one of 10,000 services. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ViewBenchmark {
    private static final int SERVICES = 10_000;

    private final MusterTestServer server = MusterTestServer.start();
    private final MusterClient client = MusterClient.builder()
            .endpoints(server.endpoint())
            .requestTimeout(Duration.ofMinutes(1))
            .connect();
    private ServiceView[] views = new ServiceView[0];

    /** Another order of services for each thread. */
    @State(Scope.Thread)
    public static class Turn {
        private int random = (int) Thread.currentThread().getId();

        int next() {
            random ^= random << 13;
            random ^= random >>> 17;
            random ^= random << 5;
            return (random >>> 1) % SERVICES;
        }
    }

    /** Registers an instance of each, and waits for all views. */
    @Setup
    public void fill() {
        IntStream.range(0, SERVICES)
                .mapToObj(i -> client.writeAsync(
                        Change.register(ServiceInstance.of("s-" + i, "i-1").endpoint("http", "10.0.0.1", 8080))))
                .toList()
                .forEach(CompletableFuture::join);
        views = IntStream.range(0, SERVICES)
                .mapToObj(i -> client.view("s-" + i))
                .toArray(ServiceView[]::new);
        for (ServiceView view : views) {
            view.ready().join();
        }
    }

    /** Ends both. */
    @TearDown
    public void close() {
        client.close();
        server.close();
    }

    /** On one thread. */
    @Benchmark
    public List<ServiceInstance> lookup(Turn turn) {
        return views[turn.next()].instances();
    }

    /** On four. */
    @Benchmark
    @Threads(4)
    public List<ServiceInstance> lookupOnFourThreads(Turn turn) {
        return views[turn.next()].instances();
    }
}
