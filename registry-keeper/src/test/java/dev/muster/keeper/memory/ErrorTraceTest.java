// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErrorTraceTest {
    @TempDir
    Path folder;

    @Test
    void traceNamesTheFirstMethodOfTheProgram() {
        List<String> log = """
                2026-03-01 12:00:00 ERROR request failed: java.lang.OutOfMemoryError: Java heap space
                \tat java.base/java.util.Arrays.copyOf(Arrays.java:3512)
                \tat app//com.example.orders.Basket.add(Basket.java:41)
                \tat com.example.orders.Service.handle(Service.java:12)
                """.lines().toList();
        assertThat(ErrorTrace.in(log))
                .containsExactly(new ErrorTrace(
                        MemoryErrorKind.HEAP,
                        Optional.of(new ErrorSite("com.example.orders.Basket", "add", ErrorSite.Source.TRACE))));
    }

    @Test
    void kindFollowsTheWordsOfTheError() {
        assertThat(kind("java.lang.StackOverflowError")).contains(MemoryErrorKind.STACK);
        assertThat(kind("Exception in thread \"main\" java.lang.OutOfMemoryError: GC overhead limit exceeded"))
                .contains(MemoryErrorKind.HEAP);
        assertThat(kind("Caused by: java.lang.OutOfMemoryError: Metaspace")).contains(MemoryErrorKind.METASPACE);
        assertThat(kind("java.lang.OutOfMemoryError: Compressed class space")).contains(MemoryErrorKind.CLASS_SPACE);
        assertThat(kind("java.lang.OutOfMemoryError: Cannot reserve 1048576 bytes of direct buffer memory"
                        + " (allocated: 8388608, limit: 8388608)"))
                .contains(MemoryErrorKind.DIRECT);
        assertThat(kind("io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16 byte(s)"))
                .contains(MemoryErrorKind.DIRECT);
        assertThat(kind("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory"))
                .contains(MemoryErrorKind.THREADS);
        assertThat(kind("java.lang.OutOfMemoryError: Requested array size exceeds VM limit"))
                .contains(MemoryErrorKind.ARRAY_SIZE);
    }

    @Test
    void linesThatOnlyMentionAnErrorAreNone() {
        assertThat(kind("INFO caught class java.lang.OutOfMemoryErrorHandler")).isEmpty();
        assertThat(kind("see com.example.java.lang.StackOverflowError.html")).isEmpty();
        assertThat(kind("the OutOfMemoryError of yesterday")).isEmpty();
    }

    @Test
    void threadDumpTellsWhereAThreadStands() {
        String dump = """
                "main" #1 [123] prio=5 os_prio=0 cpu=1ms elapsed=2s tid=0x00007fec8802a940 nid=123 runnable  [0x1]
                   java.lang.Thread.State: RUNNABLE
                \tat java.lang.Thread.sleep0(java.base@25/Native Method)
                \tat com.example.Main.wait(Main.java:3)

                "lambda" #3 [125] prio=5 tid=0x00007fec88777777 nid=125 runnable
                \tat com.example.Main$$Lambda$14/0x0000000800c08000.is(Unknown Source)
                \tat com.example.Main$$Lambda/0x800000027.is(Unknown Source)
                \tat app//com.example.Inner$Part.<init>(Inner.java:7)

                "other" #2 [124] prio=5 tid=0x00007fec88999999 nid=124 runnable
                \tat com.example.Other.run(Other.java:3)
                """;
        assertThat(ThreadDump.site(dump, "00007fec8802a940"))
                .contains(new ErrorSite("com.example.Main", "wait", ErrorSite.Source.THREAD));
        assertThat(ThreadDump.site(dump, "00007fec88777777"))
                .contains(new ErrorSite("com.example.Inner$Part", "<init>", ErrorSite.Source.THREAD));
        assertThat(ThreadDump.site(dump, "00007fec00000000")).isEmpty();
    }

    @Test
    void followedLogIsReadFromItsEndOnAndAgainAfterItWasCut() throws Exception {
        Path log = Files.writeString(folder.resolve("log"), "old\n");
        LogFollower follower = new LogFollower(log);
        assertThat(follower.lines()).isEmpty();
        Files.writeString(log, "new\n", StandardOpenOption.APPEND);
        assertThat(follower.lines()).containsExactly("new");
        assertThat(follower.lines()).isEmpty();
        Files.writeString(log, "cut\n");
        assertThat(follower.lines()).containsExactly("cut");
        Files.delete(log);
        assertThat(follower.lines()).isEmpty();
        Files.writeString(log, "x".repeat(1 << 20) + "\nend\n", StandardCharsets.UTF_8);
        List<String> flood = follower.lines();
        assertThat(flood).last().isEqualTo("end");
        assertThat(flood.get(0)).hasSizeLessThanOrEqualTo(256 << 10);
    }

    private static Optional<MemoryErrorKind> kind(String line) {
        return ErrorTrace.in(List.of(line)).stream().map(ErrorTrace::kind).findFirst();
    }
}
