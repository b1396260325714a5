// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.muster.keeper.diagnostics.Part.Outcome;
import dev.muster.keeper.memory.AttachedJvm;
import dev.muster.keeper.memory.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class DiagnosticsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T02:05:07Z"));
    private static final HeapRoom PLENTY = bytes -> Optional.empty();
    private static final List<String> OF_THE_JVM =
            List.of("threads.txt", "vm-flags.txt", "vm-info.txt", "class-histogram.txt", "heap.hprof.gz");

    @TempDir
    Path temporary;

    private final Diagnostics diagnostics = new Diagnostics(CLOCK, System::nanoTime);
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("a folder"));
    }

    @ParameterizedTest
    @MethodSource("dev.muster.keeper.memory.ChildJvm#jdks")
    void woundedJvmLeavesAWholeBundle(Path jdk) throws IOException {
        try (ChildJvm child = ChildJvm.start(jdk, temporary, ChildJvm.WATCHED)) {
            child.get("/oom?caught=true").join();
            Path newLog = Files.writeString(temporary.resolve("new.log"), "ready 7777\n");
            AttachedJvm jvm = new AttachedJvm(child.process());
            Subject subject = new Subject(
                    child.process().pid(),
                    jvm::run,
                    true,
                    Optional.of(child.log()),
                    Optional.of(newLog),
                    Optional.of("argv: [java]\n"),
                    Map.of("kind", "HEAP"));
            List<Part> parts = diagnostics.collect(folder, subject, PLENTY);
            assertThat(parts)
                    .allSatisfy(part -> assertThat(part)
                            .as("%s", part)
                            .extracting(Part::outcome, Part::reason)
                            .containsExactly(Outcome.KEPT, ""));
            assertThat(names())
                    .containsExactlyInAnyOrder(
                            "bundle.json",
                            "class-histogram.txt",
                            "heap.hprof.gz",
                            "log.txt",
                            "manifest.txt",
                            "new-instance.log",
                            "process.txt",
                            "threads.txt",
                            "vm-flags.txt",
                            "vm-info.txt");
            assertThat(read("threads.txt")).contains("HTTP-Dispatcher");
            assertThat(read("vm-info.txt")).contains("java_heap_errors=1");
            assertThat(read("class-histogram.txt")).contains("java.lang.String");
            assertThat(read("process.txt")).contains("Name:\tjava").contains("(HTTP-Dispatcher");
            assertThat(read("log.txt")).startsWith("ready ");
            try (InputStream heap = new GZIPInputStream(Files.newInputStream(folder.resolve("heap.hprof.gz")))) {
                assertThat(new String(heap.readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("JAVA PROFILE");
            }
            JsonObject bundle = description();
            assertThat(bundle.get("complete").getAsBoolean()).isTrue();
            assertThat(bundle.get("time").getAsString()).isEqualTo("2026-03-01T02:05:07Z");
            assertThat(bundle.getAsJsonObject("facts").get("kind").getAsString())
                    .isEqualTo("HEAP");
            assertThat(bundle.getAsJsonArray("parts")).hasSize(9);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("threads.txt"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void stoppedJvmIsNotWaitedForAndTheKernelStillTellsItsState() throws IOException {
        try (ChildJvm child = ChildJvm.start(ChildJvm.jdks().get(0), temporary, ChildJvm.WATCHED)) {
            AttachedJvm jvm = new AttachedJvm(child.process());
            jvm.run("VM.version", Duration.ofSeconds(20));
            child.signal("STOP");
            JvmConsole hasty = (command, bound, out) -> jvm.run(command, Duration.ofMillis(200), out);
            Subject subject = subject(child.process().pid(), hasty, Optional.of(child.log()));
            List<Part> parts = diagnostics.collect(folder, subject, PLENTY);
            assertThat(outcomes(parts))
                    .containsEntry("process.txt", Outcome.KEPT)
                    .containsEntry("log.txt", Outcome.KEPT)
                    .containsEntry("bundle.json", Outcome.KEPT);
            assertThat(parts)
                    .filteredOn(part -> OF_THE_JVM.contains(part.file()))
                    .hasSize(5)
                    .allSatisfy(part -> assertThat(part.reason()).contains("gave no answer in time"));
            assertThat(read("process.txt")).contains("State:\tT (stopped)").contains("(HTTP-Dispatcher) T");
            child.signal("CONT");
        }
    }

    @Test
    void jvmThatLetItsTimePassOnceGetsOneSecondForEachFurtherQuestion() {
        AtomicLong nanos = new AtomicLong();
        List<Duration> bounds = new ArrayList<>();
        JvmConsole silent = (command, bound, out) -> {
            bounds.add(bound);
            nanos.addAndGet(bound.toNanos());
            throw new IOException("no answer");
        };
        new Diagnostics(CLOCK, nanos::get).collect(folder, subject(1, silent, Optional.empty()), PLENTY);
        assertThat(bounds.get(0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(bounds.subList(1, bounds.size())).hasSize(4).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void heapDumpThatHasNoRoomIsLeftOutWithTheReason() throws IOException {
        List<String> asked = new ArrayList<>();
        JvmConsole console = (command, bound, out) -> {
            asked.add(command);
            out.write("garbage-first heap   total 10240K, used 1395K\n".getBytes(StandardCharsets.UTF_8));
        };
        HeapRoom full = bytes -> Optional.of(bytes + " do not fit");
        List<Part> parts = diagnostics.collect(folder, subject(1, console, Optional.empty()), full);
        assertThat(parts)
                .filteredOn(part -> part.file().equals("heap.hprof.gz"))
                .extracting(Part::outcome, Part::reason)
                .containsExactly(tuple(Outcome.MISSING, "1428480 do not fit"));
        assertThat(outcomes(parts)).containsEntry("class-histogram.txt", Outcome.KEPT);
        assertThat(asked).noneMatch(command -> command.startsWith("GC.heap_dump"));
        JsonArray described = description().getAsJsonArray("parts");
        assertThat(described.toString()).contains("1428480 do not fit");
    }

    @Test
    void dumpThatTheJvmCouldNotWriteIsMissingInItsOwnWords() {
        JvmConsole console = (command, bound, out) -> out.write(
                (command.startsWith("GC.heap_dump") ? "Unable to create file: Permission denied\n" : "ZHeap used 2M\n")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(diagnostics.collect(folder, subject(1, console, Optional.empty()), PLENTY))
                .filteredOn(part -> part.file().equals("heap.hprof.gz"))
                .extracting(Part::outcome, Part::reason)
                .containsExactly(tuple(Outcome.MISSING, "the JVM said: Unable to create file: Permission denied"));
    }

    @Test
    void answerThatBreaksOffIsKeptAsFarAsItCame() throws IOException {
        JvmConsole console = (command, bound, out) -> {
            out.write("half".getBytes(StandardCharsets.UTF_8));
            throw new IOException("the line went");
        };
        List<Part> parts = diagnostics.collect(folder, subject(1, console, Optional.empty()), PLENTY);
        assertThat(outcomes(parts)).containsEntry("threads.txt", Outcome.CUT);
        assertThat(read("threads.txt")).isEqualTo("half");
    }

    @Test
    void logsAndAnswersAreBoundedAndTheEndOfALogIsWhatIsKept() throws IOException {
        Path log = Files.writeString(temporary.resolve("long.log"), "x".repeat(1 << 20) + "the end\n");
        JvmConsole console = (command, bound, out) -> {
            byte[] piece = new byte[1 << 20];
            for (int i = 0; command.startsWith("Thread.print") && i < 17; i++) {
                out.write(piece);
            }
        };
        List<Part> parts = diagnostics.collect(folder, subject(1, console, Optional.of(log)), PLENTY);
        assertThat(outcomes(parts)).containsEntry("threads.txt", Outcome.CUT);
        assertThat(Files.size(folder.resolve("threads.txt"))).isEqualTo(16 << 20);
        assertThat(read("log.txt")).hasSize(256 << 10).endsWith("the end\n");
    }

    @Test
    void nothingIsThrownWhateverFails() throws IOException {
        JvmConsole broken = (command, bound, out) -> {
            throw new IllegalStateException("defect");
        };
        Subject subject = subject(999_999_999, broken, Optional.of(temporary.resolve("no.log")));
        assertThat(diagnostics.collect(folder, subject, PLENTY))
                .filteredOn(part -> !part.file().equals("bundle.json"))
                .hasSize(7)
                .allSatisfy(part -> {
                    assertThat(part.outcome()).isEqualTo(Outcome.MISSING);
                    assertThat(part.reason()).isNotEmpty();
                });
        assertThat(names()).containsExactly("bundle.json");
        Path nowhere = temporary.resolve("nowhere");
        assertThat(diagnostics.collect(nowhere, subject, PLENTY))
                .hasSize(8)
                .allSatisfy(part -> assertThat(part.outcome()).isEqualTo(Outcome.MISSING));
    }

    @Test
    void linkThatWasPutInTheWayIsNotFollowed() throws IOException {
        Path victim = Files.writeString(temporary.resolve("victim"), "untouched");
        Files.createSymbolicLink(folder.resolve("threads.txt.part"), victim);
        Files.createSymbolicLink(folder.resolve("vm-info.txt"), victim);
        JvmConsole console = (command, bound, out) -> out.write(new byte[] {'x'});
        diagnostics.collect(folder, subject(1, console, Optional.empty()), PLENTY);
        assertThat(victim).hasContent("untouched");
        for (String file : List.of("threads.txt", "vm-info.txt")) {
            assertThat(Files.isSymbolicLink(folder.resolve(file))).isFalse();
            assertThat(folder.resolve(file)).hasContent("x");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ' def new generation   total 19648K, used 1405K [0x1)\n  eden space 17472K,   8% used [0x1)\n tenured generation   total 43712K, used 10K [0x1)\n Metaspace       used 124K, committed 320K' | 1448960
            'DefNew     total 19648K, used 1K [0x1)\nTenured    total 43712K, used 1K [0x1)' | 2048
            ' PSYoungGen      total 18944K, used 1K [0x1)\n ParOldGen       total 44032K, used 2K [0x1)\n Metaspace       used 125K' | 3072
            ' garbage-first heap   total 65536K, used 1193K [0x1)' | 1221632
            'garbage-first heap   total reserved 65536K, committed 65536K, used 2190K [0x1)' | 2242560
            ' ZHeap           used 2M, capacity 64M, max capacity 64M\n Metaspace       used 126K' | 2097152
            'Shenandoah Heap\n 65536K max, 65536K soft max, 65536K committed, 1536K used' | 1572864
            """)
    void usedHeapIsReadFromEveryCollector(String info, long bytes) {
        assertThat(UsedHeap.bytes(info.replace("\\n", "\n"))).contains(bytes);
    }

    @Test
    void unknownHeapIsNotDumped() {
        assertThat(UsedHeap.bytes("Epsilon Heap")).isEmpty();
    }

    private static Subject subject(long pid, JvmConsole console, Optional<Path> log) {
        return new Subject(pid, console, true, log, Optional.empty(), Optional.empty(), Map.of());
    }

    private static Map<String, Outcome> outcomes(List<Part> parts) {
        return parts.stream().collect(Collectors.toMap(Part::file, Part::outcome));
    }

    private JsonObject description() throws IOException {
        return JsonParser.parseString(read("bundle.json")).getAsJsonObject();
    }

    private String read(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
