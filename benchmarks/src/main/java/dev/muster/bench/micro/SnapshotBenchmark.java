// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.core.RegistryState;
import dev.muster.core.snapshot.SnapshotCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a snapshot costs without its file. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
public class SnapshotBenchmark {
    private static final SnapshotCodec.Position POSITION = new SnapshotCodec.Position("fleet", 1, 1);

    /** Instances that it holds. */
    @Param({"10000", "100000"})
    private int instances;

    private RegistryState state = RegistryState.empty();
    private byte[] bytes = new byte[0];

    /** Makes the registry and its snapshot. */
    @Setup
    public void fill() throws IOException {
        state = Fleet.of(instances);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(state, POSITION, out);
        bytes = out.toByteArray();
    }

    /** State to bytes, which go nowhere. */
    @Benchmark
    public void encode() throws IOException {
        SnapshotCodec.write(state, POSITION, OutputStream.nullOutputStream());
    }

    /** Bytes to a state whose hashes were checked. */
    @Benchmark
    public RegistryState decode() throws IOException {
        return SnapshotCodec.read(new ByteArrayInputStream(bytes)).state();
    }
}
