// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.micro;

import dev.muster.core.Outcome;
import dev.muster.core.Registry;
import dev.muster.core.RegistryState;
import dev.muster.core.log.MalformedEntryException;
import dev.muster.internal.v1.Command;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one command costs a node, beside a registry of that size, which stays as it is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
public class RegistryBenchmark {
    private static final int DIFFERENT = 1024;
    private static final int ENTRY_COMMANDS = 256;

    /** Instances that are there. */
    @Param({"10000", "100000"})
    private int instances;

    private RegistryState state = RegistryState.empty();
    private ByteBuffer entry = ByteBuffer.allocate(0);
    private final Command[] updates = new Command[DIFFERENT];
    private int turn;

    /** Makes the registry and the commands. */
    @Setup
    public void fill() {
        state = Fleet.of(instances);
        entry = Fleet.entry(instances, ENTRY_COMMANDS);
        for (int i = 0; i < DIFFERENT; i++) {
            updates[i] = Fleet.update(instances / DIFFERENT * i, 7);
        }
    }

    /** One of the registrations of a log entry, which is read and applied. */
    @Benchmark
    @OperationsPerInvocation(ENTRY_COMMANDS)
    public RegistryState register() throws MalformedEntryException {
        return Fleet.applied(state, entry);
    }

    /** Another weight of one that is there. */
    @Benchmark
    public Outcome update() {
        return Registry.apply(state, updates[next()]);
    }

    private int next() {
        turn = (turn + 1) % DIFFERENT;
        return turn;
    }
}
