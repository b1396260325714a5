// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests.own;

import static org.awaitility.Awaitility.await;

import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Calls of a service at a steady pace, each on its own, whatever became of those before. Until it is closed. */
final class Traffic implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    /** One call: gives the status of the answer. */
    interface Call {
        int status() throws IOException, InterruptedException;
    }

    private final Call call;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final AtomicLong answered = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private Traffic(int perSecond, Call call) {
        this.call = call;
        long micros = TimeUnit.SECONDS.toMicros(1) / perSecond;
        var unused = timer.scheduleAtFixedRate(() -> callers.execute(this::callOnce), 0, micros, TimeUnit.MICROSECONDS);
    }

    /** GETs of one address. */
    static Traffic to(URI address, int perSecond) {
        return new Traffic(perSecond, () -> get(address));
    }

    /** GETs of the instances that the view shows, in turn. One that cannot be reached is passed over for the next. */
    static Traffic through(ServiceView view, int perSecond) {
        AtomicLong turn = new AtomicLong();
        return new Traffic(perSecond, () -> {
            List<ServiceInstance> instances = view.instances();
            int first = (int) (turn.getAndIncrement() % Math.max(1, instances.size()));
            for (int i = 0; i < instances.size(); i++) {
                ServiceInstance instance = instances.get((first + i) % instances.size());
                try {
                    return get(URI.create("http://" + instance.endpoint("http").address() + "/"));
                } catch (IOException e) {
                    // The next one.
                }
            }
            throw new IOException("none of " + instances.size() + " instances could be reached");
        });
    }

    /** How many calls were answered with 200. */
    long answered() {
        return answered.get();
    }

    /** What became of the others. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits until so many more were answered. */
    Traffic awaitMore(int count) {
        long target = answered() + count;
        await(count + " more calls are answered").atMost(LONGEST_WAIT).until(() -> answered() >= target);
        return this;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        callers.shutdownNow();
    }

    private void callOnce() {
        try {
            int status = call.status();
            if (status == 200) {
                answered.incrementAndGet();
            } else {
                failures.add(Instant.now() + " " + status);
            }
        } catch (IOException | RuntimeException e) {
            failures.add(Instant.now() + " " + e);
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        }
    }

    private static int get(URI address) throws IOException, InterruptedException {
        return HTTP.send(
                        HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
