// SPDX-License-Identifier: Apache-2.0
package dev.muster.tour;

import dev.muster.client.MusterClient;
import dev.muster.client.ServiceInstance;
import dev.muster.client.ServiceView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets the {@link Demo} fall, and waits as its callers do until its keeper has put it back: they find it in the registry
 * and call it. For one thread.
 */
final class Falls {
    private static final Pattern WHO = Pattern.compile("process (\\d+), heap (\\d+) MiB");
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE_MILLIS = 10;

    /** Who answered. */
    private record Who(long process, long heapMebibytes) {}

    private final ServiceView view;
    private final HttpClient http = HttpClient.newHttpClient();

    Falls(MusterClient client) {
        view = client.view("demo");
    }

    /** Kills its process. */
    void kill() throws InterruptedException, TimeoutException {
        Who before = awaitOtherThan(0);
        ProcessHandle process = ProcessHandle.of(before.process()).orElseThrow();
        long began = System.nanoTime();
        process.destroyForcibly();
        Who after = awaitOtherThan(before.process());
        System.out.printf(
                "killed        process %d; process %d answered %d ms later%n",
                before.process(), after.process(), millisSince(began));
    }

    /** Has it fill its heap. */
    void runOutOfMemory() throws InterruptedException, TimeoutException {
        Who before = awaitOtherThan(0);
        long began = System.nanoTime();
        for (ServiceInstance instance : view.instances()) {
            // No answer is expected.
            var unused = http.sendAsync(request(instance, "/oom"), BodyHandlers.discarding());
        }
        Who after = awaitOtherThan(before.process());
        System.out.printf(
                "out of memory with a heap of %d MiB; process %d with %d MiB took over %d ms later%n",
                before.heapMebibytes(), after.process(), after.heapMebibytes(), millisSince(began));
    }

    private Who awaitOtherThan(long process) throws InterruptedException, TimeoutException {
        long began = System.nanoTime();
        while (System.nanoTime() - began < PATIENCE_NANOS) {
            for (ServiceInstance instance : view.instances()) {
                Optional<Who> who = ask(instance).filter(one -> one.process() != process);
                if (who.isPresent()) {
                    return who.get();
                }
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new TimeoutException("no process but " + process + " of the service demo answered; the keeper's log is "
                + "keeper/keeper.log in the folder of the cluster");
    }

    /** Nothing if it does not answer in time. */
    private Optional<Who> ask(ServiceInstance instance) throws InterruptedException {
        try {
            Matcher said = WHO.matcher(
                    http.send(request(instance, "/"), BodyHandlers.ofString()).body());
            return said.find()
                    ? Optional.of(new Who(Long.parseLong(said.group(1)), Long.parseLong(said.group(2))))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static HttpRequest request(ServiceInstance instance, String path) {
        URI address = URI.create("http://" + instance.endpoint("http").address() + path);
        return HttpRequest.newBuilder(address).timeout(ANSWER).build();
    }

    private static long millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }
}
