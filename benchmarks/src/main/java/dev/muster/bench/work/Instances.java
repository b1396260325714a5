// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.work;

import dev.muster.bench.system.Target;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Instances of 200 bytes, numbered from 0 and spread over services. Immutable.
 *
 * @param service what the services' names begin with
 * @param services how many there are
 * @param count how many instances in all
 */
record Instances(String service, int services, int count) {
    /** Bytes of an instance's data. */
    private static final int PAYLOAD = 200;
    /** Registrations in flight while a cluster is filled. */
    private static final int AT_ONCE = 1000;

    /** All of one service, whose name this is. */
    static Instances ofOne(String service, int count) {
        return new Instances(service, 1, count);
    }

    String service(long number) {
        return services == 1 ? service : service + "-" + number % services;
    }

    String id(long number) {
        return "i-" + number;
    }

    /** The number of an instance. */
    static int number(String id) {
        return Integer.parseInt(id, 2, id.length(), 10);
    }

    private static byte[] payload() {
        byte[] bytes = new byte[PAYLOAD];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    /** Different from any before: a write that changes nothing makes no event. */
    static byte[] newPayload() {
        byte[] bytes = payload();
        byte[] text = Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, 0, text.length);
        return bytes;
    }

    CompletableFuture<?> register(Target target, long number) {
        return target.register(service(number), id(number), payload());
    }

    /** Changes the data of one after the other, each time to something else. */
    CompletableFuture<?> update(Target target, long number) {
        long instance = number % count;
        return target.update(service(instance), id(instance), newPayload());
    }

    CompletableFuture<?> lookupOne(Target target, long number) {
        return target.lookupOne(service(number), id(number));
    }

    /**
     * Registers all.
     *
     * @throws IllegalStateException with the first failure
     */
    void fill(Target target) throws InterruptedException {
        Semaphore open = new Semaphore(AT_ONCE);
        AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
        for (int i = 0; i < count && first.get() == null; i++) {
            open.acquire();
            var unused = register(target, i).whenComplete((done, failure) -> {
                if (failure != null) {
                    first.compareAndSet(null, failure);
                }
                open.release();
            });
        }
        open.acquire(AT_ONCE);
        Throwable failure = first.get();
        if (failure != null) {
            throw new IllegalStateException("not all " + count + " instances were registered", failure);
        }
    }
}
