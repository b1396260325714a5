// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static dev.muster.keeper.memory.MemoryErrorKind.ARRAY_SIZE;
import static dev.muster.keeper.memory.MemoryErrorKind.DIRECT;
import static dev.muster.keeper.memory.MemoryErrorKind.HEAP;
import static dev.muster.keeper.memory.MemoryErrorKind.METASPACE;
import static dev.muster.keeper.memory.MemoryErrorKind.STACK;
import static dev.muster.keeper.memory.MemoryErrorKind.THREADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real JVMs of each release that is here. Times are printed; what is asserted of them holds on a busy machine. */
final class MemoryWatchTest {
    /** The promise is a second; a machine that is busy with something else may take its time. */
    private static final Duration GENEROUS = Duration.ofSeconds(20);

    private static final int TRIALS = 20;

    @TempDir
    Path folder;

    private final List<MemoryError> seen = new CopyOnWriteArrayList<>();

    static List<Path> jdks() {
        return ChildJvm.jdks();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void eachKindOfErrorIsSeenThoughTheProgramHidesIt(Path jdk) {
        try (ChildJvm child = ChildJvm.start(jdk, folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            for (var request : Map.of("oom", HEAP, "soe", STACK, "threads", THREADS, "array", ARRAY_SIZE)
                    .entrySet()) {
                assertThat(child.get("/" + request.getKey() + "?caught=true")
                                .join()
                                .statusCode())
                        .isEqualTo(200);
                awaitOne(request.getValue());
                seen.clear();
            }
            child.get("/metaspace?caught=true").join();
            awaitOne(METASPACE);
            assertThat(watch.state()).isEqualTo(MemoryWatch.State.WATCHING);
            assertThat(watch.told()).isEqualTo(new ErrorCounts(3, 1, 0, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void errorsThatEndTheirThreadAreSeenWithClassAndMethod(Path jdk) {
        try (ChildJvm child = ChildJvm.start(jdk, folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            for (var request :
                    Map.of("soe", STACK, "oom", HEAP, "direct", DIRECT).entrySet()) {
                var unused = child.get("/" + request.getKey());
                MemoryError error = awaitOne(request.getValue());
                String method = Map.of("soe", "descend", "oom", "hoard", "direct", "hoardBuffers")
                        .get(request.getKey());
                assertThat(error.site())
                        .contains(new ErrorSite(TrafficDouble.class.getName(), method, ErrorSite.Source.TRACE));
                assertThat(error.thrownAt()).isBeforeOrEqualTo(error.seenAt());
                seen.clear();
            }
            assertThat(watch.told()).isEqualTo(new ErrorCounts(1, 0, 0, 1));
        }
    }

    @Test
    void healthyJvmIsReportedForNothing() {
        try (ChildJvm child = ChildJvm.start(jdks().get(0), folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            awaitState(watch, MemoryWatch.State.WATCHING);
            child.get("/ping").join();
            child.get("/soe?caught=true").join();
            awaitOne(STACK);
            assertThat(seen).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void jvmThatWasStartedWithoutOurOptionsIsWatchedAndNothingIsLeftBehind(Path jdk) throws IOException {
        try (ChildJvm child = ChildJvm.start(jdk, folder, ChildJvm.SMALL)) {
            try (MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
                awaitState(watch, MemoryWatch.State.WATCHING);
                child.get("/soe?caught=true").join();
                awaitOne(STACK);
            }
            assertThat(Path.of("/tmp/.attach_pid" + child.process().pid())).doesNotExist();
            assertThat(Files.readString(child.log())).doesNotContain("Full thread dump");
        }
    }

    @Test
    void whatHappenedWhileNobodyWatchedIsReportedOnceToTheNextWatch() {
        try (ChildJvm child = ChildJvm.start(jdks().get(0), folder, ChildJvm.WATCHED)) {
            child.get("/soe?caught=true").join();
            ErrorCounts told;
            try (MemoryWatch first = watch(child, ErrorCounts.NONE)) {
                awaitOne(STACK);
                await().atMost(GENEROUS).until(() -> first.told().stack() == 1);
                told = first.told();
            }
            seen.clear();
            child.get("/oom?caught=true").join();
            try (MemoryWatch second = watch(child, told)) {
                awaitOne(HEAP);
                await().atMost(GENEROUS).until(() -> second.told().heap() == 1);
                assertThat(seen).extracting(MemoryError::kind).containsExactly(HEAP);
            }
        }
    }

    @Test
    void stoppedJvmHoldsUpNobodyAndIsSeenAgainWhenItGoesOn() {
        try (ChildJvm child = ChildJvm.start(jdks().get(0), folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            awaitState(watch, MemoryWatch.State.WATCHING);
            child.signal("STOP");
            awaitState(watch, MemoryWatch.State.SILENT);
            assertThat(watch.reason()).contains("no answer in time");
            child.signal("CONT");
            awaitState(watch, MemoryWatch.State.WATCHING);
            child.get("/soe?caught=true").join();
            awaitOne(STACK);
        }
    }

    @Test
    void endOfTheProcessEndsTheWatch() {
        try (ChildJvm child = ChildJvm.start(jdks().get(0), folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            awaitState(watch, MemoryWatch.State.WATCHING);
            child.signal("KILL");
            awaitState(watch, MemoryWatch.State.GONE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void processThatIsNoJvmIsRefusedAndSurvives(boolean afterOneThatWasKilled) throws IOException {
        Process other = new ProcessBuilder("sleep", "60").start();
        Path left = Path.of("/tmp/.java_pid" + other.pid());
        try {
            // One of the machine's may be there already.
            Files.deleteIfExists(left);
            if (afterOneThatWasKilled) {
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(left))
                        .close();
                Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-------"));
            }
            JvmProcess process = JvmProcess.of(other.pid()).orElseThrow();
            try (MemoryWatch watch =
                    MemoryWatch.start(process, Optional.empty(), ErrorCounts.NONE, seen::add, InstantSource.system())) {
                awaitState(watch, MemoryWatch.State.REFUSED);
                assertThat(watch.reason()).contains("is not a HotSpot JVM");
            }
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
            Files.deleteIfExists(left);
        }
    }

    @Test
    void anotherProcessOfThePidIsNotAsked() {
        try (ChildJvm child = ChildJvm.start(jdks().get(0), folder, ChildJvm.WATCHED)) {
            JvmProcess older =
                    new JvmProcess(child.process().pid(), child.process().startTicks() - 1);
            try (MemoryWatch watch =
                    MemoryWatch.start(older, Optional.empty(), ErrorCounts.NONE, seen::add, InstantSource.system())) {
                awaitState(watch, MemoryWatch.State.GONE);
            }
        }
    }

    static Stream<Path> jdksOfTrials() {
        return jdks().stream();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("jdksOfTrials")
    void timesFromTheErrorToItsReport(Path jdk) throws IOException {
        try (ChildJvm child = ChildJvm.start(jdk, folder, ChildJvm.WATCHED);
                MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
            awaitState(watch, MemoryWatch.State.WATCHING);
            Map<String, MemoryErrorKind> requests =
                    Map.of("oom", HEAP, "soe", STACK, "metaspace", METASPACE, "direct", DIRECT);
            for (var request : requests.entrySet()) {
                for (String caught : List.of("?caught=true", "")) {
                    if (request.getValue() == DIRECT && !caught.isEmpty()) {
                        continue;
                    }
                    List<Long> millis = new ArrayList<>();
                    for (int i = 0; i < TRIALS; i++) {
                        seen.clear();
                        var unused = child.get("/" + request.getKey() + caught);
                        MemoryError error = awaitOne(request.getValue());
                        millis.add(Duration.between(error.thrownAt(), error.seenAt())
                                .toMillis());
                    }
                    print(jdk, request.getKey() + caught, millis);
                }
            }
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("jdksOfTrials")
    void timesWhileFourThreadsRunOutOfHeapAgainAndAgain(Path jdk) {
        int reports = 40;
        for (String collector : List.of("-XX:+UseParallelGC", "-XX:+UseG1GC")) {
            List<String> options = new ArrayList<>(ChildJvm.WATCHED);
            options.remove("-XX:+UseSerialGC");
            options.add(collector);
            seen.clear();
            try (ChildJvm child = ChildJvm.start(jdk, folder, options);
                    MemoryWatch watch = watch(child, ErrorCounts.NONE)) {
                awaitState(watch, MemoryWatch.State.WATCHING);
                List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
                await().atMost(GENEROUS.multipliedBy(5))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> {
                            requests.removeIf(CompletableFuture::isDone);
                            while (requests.size() < 4) {
                                requests.add(child.get("/oom?caught=true"));
                            }
                            return seen.size() >= reports;
                        });
                List<Long> millis = seen.stream()
                        .map(error -> Duration.between(error.thrownAt(), error.seenAt())
                                .toMillis())
                        .toList();
                print(jdk, "oom by four threads, " + collector + ",", millis);
            }
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("jdksOfTrials")
    void costOfALookAtAHealthyJvm(Path jdk) throws IOException {
        int looks = 2000;
        try (ChildJvm child = ChildJvm.start(jdk, folder, ChildJvm.WATCHED)) {
            AttachedJvm jvm = new AttachedJvm(child.process());
            for (String command : List.of("VM.events log=exc", "VM.info")) {
                int times = command.equals("VM.info") ? looks / 10 : looks;
                jvm.run(command, GENEROUS);
                long cpu = cpuNanos(child);
                long wall = System.nanoTime();
                for (int i = 0; i < times; i++) {
                    jvm.run(command, GENEROUS);
                }
                System.out.printf(
                        "%s %s: %.0f us wall, %.0f us CPU of the JVM%n",
                        jdk.getFileName(),
                        command,
                        (System.nanoTime() - wall) / 1e3 / times,
                        (cpuNanos(child) - cpu) / 1e3 / times);
            }
        }
    }

    private static long cpuNanos(ChildJvm child) throws IOException {
        long sum = 0;
        try (Stream<Path> threads = Files.list(child.process().proc().resolve("task"))) {
            for (Path thread : threads.toList()) {
                sum += Long.parseLong(
                        Files.readString(thread.resolve("schedstat")).split(" ", -1)[0]);
            }
        }
        return sum;
    }

    private static void print(Path jdk, String what, List<Long> millis) {
        long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%s /%s seen after: median %d ms, maximum %d ms of %d %s%n",
                jdk.getFileName(),
                what,
                sorted[sorted.length / 2],
                sorted[sorted.length - 1],
                sorted.length,
                Arrays.toString(sorted));
        assertThat(sorted[sorted.length - 1]).isLessThan(GENEROUS.toMillis());
    }

    private MemoryWatch watch(ChildJvm child, ErrorCounts told) {
        return MemoryWatch.start(child.process(), Optional.of(child.log()), told, seen::add, InstantSource.system());
    }

    private MemoryError awaitOne(MemoryErrorKind kind) {
        await().atMost(GENEROUS).pollInterval(Duration.ofMillis(10)).until(() -> !seen.isEmpty());
        assertThat(seen).extracting(MemoryError::kind).containsExactly(kind);
        assertThat(seen.get(0).count()).isEqualTo(1);
        return seen.get(0);
    }

    private static void awaitState(MemoryWatch watch, MemoryWatch.State state) {
        await().atMost(GENEROUS).pollInterval(Duration.ofMillis(10)).until(() -> watch.state() == state);
    }
}
