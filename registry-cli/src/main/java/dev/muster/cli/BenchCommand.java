// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import dev.muster.cli.load.ClosedLoop;
import dev.muster.cli.output.Durations;
import dev.muster.cli.output.LoadView;
import dev.muster.cli.output.LoadView.Line;
import dev.muster.cli.output.Output;
import dev.muster.client.Change;
import dev.muster.client.LookupQuery;
import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code muster bench}: what this cluster does under load. */
@Command(
        name = "bench",
        header = "Measures how fast the cluster is, with load of its own.",
        description = {
            "Registers and looks up instances of a service of its own, muster-bench; they are gone at the end. Each",
            "registration is an event in the log, too. So many operations are in flight all the time: each answer",
            "starts the next one. A cluster that was just started gets faster during its first minutes."
        })
final class BenchCommand implements Callable<Integer> {
    private static final String SERVICE = "muster-bench";
    /** Registered again and again, so that little is left to be taken back at the end. */
    private static final int INSTANCES = 1_000;

    private static final int PAYLOAD = 200;
    private static final int MOST_IN_FLIGHT = 4_096;
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** What is done. */
    enum Work {
        REGISTER,
        LOOKUP,
        MIXED
    }

    private final Context context;

    @Option(
            names = "--work",
            paramLabel = "WORK",
            description = "register, lookup, or mixed: one registration to nine lookups. Default: all three in turn")
    private @Nullable Work only;

    @Option(
            names = "--in-flight",
            paramLabel = "NUMBER",
            defaultValue = "64",
            description = "Operations at once, 1 to 4096. Default: 64")
    private int inFlight;

    @Option(
            names = "--time",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long each work is measured, 10ms to 1h. Default: 10s")
    private Duration time = Duration.ofSeconds(10);

    BenchCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
            throw new CliException(ExitCode.INVALID, "--in-flight: " + inFlight + " (expected: 1 to 4096)");
        }
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
            throw new CliException(ExitCode.INVALID, "--time: " + Durations.human(time) + " (expected: 10ms to 1h)");
        }
        return context.withClient(this::measure).number();
    }

    private ExitCode measure(MusterClient client) {
        Output output = context.output();
        List<Line> lines = new ArrayList<>();
        AtomicLong numbers = new AtomicLong();
        registerAll(client);
        for (Work work : only == null ? List.of(Work.values()) : List.of(only)) {
            String name = work.name().toLowerCase(Locale.ROOT);
            output.talk(name + ", " + inFlight + " in flight, for " + Durations.human(time));
            lines.add(new Line(name, inFlight, run(client, work, numbers)));
        }
        output.list(LoadView.COLUMNS, lines, () -> LoadView.document(lines));
        return ExitCode.OK;
    }

    private static void registerAll(MusterClient client) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            all.add(register(client, i));
        }
        all.forEach(CompletableFuture::join);
    }

    private ClosedLoop.Result run(MusterClient client, Work work, AtomicLong numbers) {
        try {
            return ClosedLoop.run(inFlight, time, numbers, operation(client, work));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.ERROR, "interrupted");
        } catch (IllegalStateException e) {
            throw new CliException(ExitCode.ERROR, work.name().toLowerCase(Locale.ROOT) + ": " + e.getMessage(), e);
        }
    }

    private static LongFunction<CompletableFuture<?>> operation(MusterClient client, Work work) {
        return switch (work) {
            case REGISTER -> number -> register(client, number);
            case LOOKUP -> number -> lookup(client, number);
            case MIXED -> number -> number % 10 == 0 ? register(client, number) : lookup(client, number);
        };
    }

    private static CompletableFuture<?> register(MusterClient client, long number) {
        return client.writeAsync(Change.register(ServiceInstance.of(SERVICE, id(number))
                .endpoint("grpc", "10.0.0.1", 8080)
                .metadata("payload", "x".repeat(PAYLOAD))));
    }

    private static CompletableFuture<?> lookup(MusterClient client, long number) {
        return client.lookupAsync(LookupQuery.of(SERVICE).id(id(number)));
    }

    private static String id(long number) {
        return "i-" + number % INSTANCES;
    }
}
