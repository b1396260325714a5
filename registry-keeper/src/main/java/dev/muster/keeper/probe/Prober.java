// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.probe;

import dev.muster.keeper.manifest.Manifest.Target;
import dev.muster.keeper.manifest.Template;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Asks units. Each question has an end; what is not answered by then is a no. Safe for any thread. */
public final class Prober implements AutoCloseable {
    private static final File NOTHING = new File("/dev/null");
    private static final Set<String> HANDED_ON = Set.of("PATH", "HOME", "LANG");
    private static final int LEAST_GOOD = 200;
    private static final int LEAST_BAD = 400;

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "muster-probe");
        thread.setDaemon(true);
        return thread;
    });

    /** Asks once. The future never fails, and ends no later than the timeout. */
    public CompletableFuture<Boolean> ask(Target target, Map<String, Integer> ports, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> answer(target, ports, timeout), threads)
                .completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> false);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static boolean answer(Target target, Map<String, Integer> ports, Duration timeout) {
        try {
            if (target instanceof Target.Tcp tcp) {
                return connects(tcp.host(), Integer.parseInt(Template.fill(tcp.port(), ports)), timeout);
            }
            if (target instanceof Target.Http http) {
                return answersWell(Template.fill(http.url(), ports), timeout);
            }
            if (target instanceof Target.Grpc grpc) {
                return GrpcHealth.serves(
                        grpc.host() + ":" + Template.fill(grpc.port(), ports), grpc.service(), timeout);
            }
            return endsWell(
                    ((Target.Exec) target)
                            .argv().stream()
                                    .map(word -> Template.fill(word, ports))
                                    .toList(),
                    timeout);
        } catch (IOException | IllegalArgumentException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean connects(String host, int port, Duration timeout) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), millis(timeout));
            return true;
        }
    }

    private static boolean answersWell(String url, Duration timeout) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url).toURL().openConnection();
        try {
            connection.setConnectTimeout(millis(timeout));
            connection.setReadTimeout(millis(timeout));
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            int code = connection.getResponseCode();
            return code >= LEAST_GOOD && code < LEAST_BAD;
        } finally {
            connection.disconnect();
        }
    }

    private static boolean endsWell(List<String> argv, Duration timeout) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectInput(NOTHING)
                .redirectOutput(NOTHING);
        builder.environment().keySet().retainAll(HANDED_ON);
        Process process = builder.start();
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    private static int millis(Duration timeout) {
        return Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    }
}
