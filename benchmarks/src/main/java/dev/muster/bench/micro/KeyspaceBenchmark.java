// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.client.Key;
import dev.muster.client.Keyspace;
import dev.muster.client.KeyspaceSpec;
import dev.muster.client.MusterClient;
import dev.muster.server.testing.MusterTestServer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** How many numbers one process takes from a keyspace, each once, out of key sets that are fetched ahead. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class KeyspaceBenchmark {
    private static final String NAME = "invoice";

    private final MusterTestServer server = MusterTestServer.start();
    private final MusterClient client = MusterClient.connect(server.endpoint());
    private final Keyspace keyspace;

    /** Creates the keyspace. */
    public KeyspaceBenchmark() {
        client.keyspaces().create(KeyspaceSpec.of(NAME));
        keyspace = client.keyspace(NAME);
    }

    /** Ends both. */
    @TearDown
    public void close() {
        client.close();
        server.close();
    }

    /** On one thread. */
    @Benchmark
    public Key next() {
        return keyspace.next();
    }

    /** On four. */
    @Benchmark
    @Threads(4)
    public Key nextOnFourThreads() {
        return keyspace.next();
    }
}
