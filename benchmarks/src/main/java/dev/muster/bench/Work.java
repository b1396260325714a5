// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.cli.load.ClosedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** One line of the table: what is done, and how much of it at once. */
record Work(String name, int inFlight, Kind kind) {
    /** Bytes of an instance's data. */
    private static final int PAYLOAD = 200;
    /** Services that are written to. */
    private static final int SERVICES = 200;
    /** The service that is read whole, and its instances. */
    private static final String READ_SERVICE = "read";

    private static final int READ_INSTANCES = 100;

    /** What an operation is. */
    enum Kind {
        REGISTER,
        LOOKUP_ONE,
        LOOKUP_SERVICE,
        MIXED
    }

    static final List<Work> ALL = List.of(
            new Work("register, 1 in flight", 1, Kind.REGISTER),
            new Work("register, 64 in flight", 64, Kind.REGISTER),
            new Work("register, 1024 in flight", 1024, Kind.REGISTER),
            new Work("register, 2048 in flight", 2048, Kind.REGISTER),
            new Work("lookup of one, 1 in flight", 1, Kind.LOOKUP_ONE),
            new Work("lookup of one, 64 in flight", 64, Kind.LOOKUP_ONE),
            new Work("lookup of one, 1024 in flight", 1024, Kind.LOOKUP_ONE),
            new Work("lookup of a service of 100, 1 in flight", 1, Kind.LOOKUP_SERVICE),
            new Work("lookup of a service of 100, 64 in flight", 64, Kind.LOOKUP_SERVICE),
            new Work("9 lookups to 1 registration, 64 in flight", 64, Kind.MIXED));

    /** Registers what the reads find. */
    static void prepare(Target target) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < READ_INSTANCES; i++) {
            all.add(target.register(READ_SERVICE, "i-" + i, payload()));
        }
        all.forEach(CompletableFuture::join);
    }

    ClosedLoop.Result run(Target target, Duration time, AtomicLong numbers) throws InterruptedException {
        return ClosedLoop.run(inFlight, time, numbers, operation(target));
    }

    private LongFunction<CompletableFuture<?>> operation(Target target) {
        return switch (kind) {
            case REGISTER -> number -> register(target, number);
            case LOOKUP_ONE -> number -> lookupOne(target);
            case LOOKUP_SERVICE ->
                number -> target.lookupService(READ_SERVICE).thenAccept(found -> {
                    if (found != READ_INSTANCES) {
                        throw new IllegalStateException("found " + found + " of " + READ_INSTANCES + " instances");
                    }
                });
            case MIXED -> number -> number % 10 == 0 ? register(target, number) : lookupOne(target);
        };
    }

    private static CompletableFuture<?> register(Target target, long number) {
        return target.register("load-" + number % SERVICES, "i-" + number, payload());
    }

    private static CompletableFuture<?> lookupOne(Target target) {
        return target.lookupOne(READ_SERVICE, "i-" + ThreadLocalRandom.current().nextInt(READ_INSTANCES));
    }

    private static byte[] payload() {
        byte[] bytes = new byte[PAYLOAD];
        java.util.Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }
}
