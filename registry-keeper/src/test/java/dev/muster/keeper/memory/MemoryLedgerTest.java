// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static dev.muster.keeper.memory.MemoryErrorKind.ARRAY_SIZE;
import static dev.muster.keeper.memory.MemoryErrorKind.CLASS_SPACE;
import static dev.muster.keeper.memory.MemoryErrorKind.HEAP;
import static dev.muster.keeper.memory.MemoryErrorKind.METASPACE;
import static dev.muster.keeper.memory.MemoryErrorKind.STACK;
import static dev.muster.keeper.memory.MemoryErrorKind.THREADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.muster.keeper.memory.ExceptionRing.Entry;
import dev.muster.keeper.memory.MemoryLedger.Finding;
import org.junit.jupiter.api.Test;

/** What JVMs of 17 and 25 really answered, and what follows from it. */
final class MemoryLedgerTest {
    private static final String STACK_17 = """
            Event: 0.064 Thread 0x00007fe504018040 StackOverflowError at 0x00007fe4ed401640
            Event: 0.064 Thread 0x00007fe504018040 Exception <a 'java/lang/StackOverflowError'{0x00000000ffd1bc68}> (0x00000000ffd1bc68)\s
            thrown [./src/hotspot/share/runtime/sharedRuntime.cpp, line 631]
            """;
    private static final String HEAP_17 = """
            Event: 0.111 Thread 0x00007fe504018040 Exception <a 'java/lang/OutOfMemoryError'{0x00000000ffa15aa8}> (0x00000000ffa15aa8)\s
            thrown [./src/hotspot/share/gc/shared/memAllocator.cpp, line 134]
            """;
    private static final String ARRAY_17 = """
            Event: 0.112 Thread 0x00007fe504018040 Exception <a 'java/lang/OutOfMemoryError'{0x00000000ffa16318}> (0x00000000ffa16318)\s
            thrown [./src/hotspot/share/oops/klass.cpp, line 648]
            """;
    private static final String THREADS_25 = """
            Event: 0.660 Thread 0x00007fec8802a940 Exception <a 'java/lang/OutOfMemoryError'{0x00000000fd617130}: unable to create native thread: possibly out of memory or process/resource limits reached> (0x00000000fd617130)\s
            thrown [src/hotspot/share/prims/jvm.cpp, line 2843]
            """;
    private static final String METASPACE_25 = """
            Event: 1.673 Thread 0x00007fec8802a940 Exception <a 'java/lang/OutOfMemoryError'{0x00000000ffc0f9c8}> (0x00000000ffc0f9c8)\s
            thrown [src/hotspot/share/memory/metaspace.cpp, line 992]
            """;
    private static final String OTHERS_25 = """
            Event: 1.608 Thread 0x00007fec8802a940 Implicit null exception at 0x00007fec77eee649 to 0x00007fec77eee724
            Event: 1.682 Thread 0x00007fec8802a940 Exception <a 'java/lang/NoSuchMethodError'{0x00000000fe2074b0}: 'java.lang.Object java.lang.invoke.DirectMethodHandle$Holder.invokeStatic(java.lang.Object, long, java.lang.Object)'> (0x00000000fe2074b0)\s
            thrown [src/hotspot/share/interpreter/linkResolver.cpp, line 803]
            """;
    private static final String INFO = """
            OutOfMemory and StackOverflow Exception counts:
            OutOfMemoryError java_heap_errors=3
            OutOfMemoryError metaspace_errors=1
            OutOfMemoryError class_metaspace_errors=2
            StackOverflowErrors=4
            LinkageErrors=5

            Heap address: 0x00000000fd000000, size: 48 MB
            """;

    private final MemoryLedger ledger = new MemoryLedger(ErrorCounts.NONE);

    @Test
    void countersAreReadAsTheJvmPrintsThem() {
        assertThat(ErrorCounts.parse(INFO)).isEqualTo(new ErrorCounts(3, 1, 2, 4));
        assertThat(ErrorCounts.parse("CPU: total 2\n")).isEqualTo(ErrorCounts.NONE);
    }

    @Test
    void entriesAreToldApartByTypeMessageAndPlace() {
        ExceptionRing ring = ring(STACK_17, HEAP_17, ARRAY_17, THREADS_25, OTHERS_25, METASPACE_25);
        assertThat(ring.since(ExceptionRing.EMPTY))
                .extracting(Entry::kind, Entry::uptimeMillis, Entry::thread)
                .containsExactly(
                        tuple(STACK, 64L, "00007fe504018040"),
                        tuple(HEAP, 111L, "00007fe504018040"),
                        tuple(ARRAY_SIZE, 112L, "00007fe504018040"),
                        tuple(THREADS, 660L, "00007fec8802a940"),
                        tuple(METASPACE, 1673L, "00007fec8802a940"));
    }

    @Test
    void onlyAMemoryErrorOrAnOverrunIsNews() {
        assertThat(ledger.isNews(ring())).isFalse();
        ledger.take(ring(OTHERS_25), ErrorCounts.NONE);
        assertThat(ledger.isNews(ring(OTHERS_25))).isFalse();
        assertThat(ledger.isNews(ring(OTHERS_25, OTHERS_25.replace("1.6", "2.6"))))
                .isFalse();
        assertThat(ledger.isNews(ring(OTHERS_25.replace("1.6", "3.6")))).isTrue();
        assertThat(ledger.isNews(ring(OTHERS_25, STACK_17))).isTrue();
    }

    @Test
    void ringThatFilledWhileItWasNotReadIsNews() {
        assertThat(ledger.isNews(ring(OTHERS_25))).isTrue();
    }

    @Test
    void whatIsInBothIsToldOnceWithItsDetail() {
        assertThat(ledger.take(ring(HEAP_17, ARRAY_17, STACK_17), new ErrorCounts(2, 0, 0, 1)))
                .extracting(
                        Finding::kind,
                        Finding::count,
                        finding -> finding.newest().isPresent())
                .containsExactly(tuple(HEAP, 1L, true), tuple(ARRAY_SIZE, 1L, true), tuple(STACK, 1L, true));
        assertThat(ledger.isNews(ring(HEAP_17, ARRAY_17, STACK_17))).isFalse();
        assertThat(ledger.take(ring(HEAP_17, ARRAY_17, STACK_17), new ErrorCounts(2, 0, 0, 1)))
                .isEmpty();
    }

    @Test
    void whatTheRingForgotIsToldByTheCounters() {
        assertThat(ledger.take(ring(OTHERS_25), new ErrorCounts(7, 0, 0, 0)))
                .containsExactly(new Finding(HEAP, 7, java.util.Optional.empty()));
        assertThat(ledger.take(ring(HEAP_17), new ErrorCounts(10, 0, 0, 0)))
                .extracting(
                        Finding::kind,
                        Finding::count,
                        finding -> finding.newest().isPresent())
                .containsExactly(tuple(HEAP, 3L, true));
    }

    @Test
    void countersDecideWhatIsNewWhenTheRingIsAheadOrBehind() {
        MemoryLedger resumed = new MemoryLedger(new ErrorCounts(0, 0, 0, 1));
        assertThat(resumed.take(ring(STACK_17), new ErrorCounts(0, 0, 0, 1))).isEmpty();
        assertThat(resumed.take(ring(STACK_17), new ErrorCounts(0, 0, 0, 2)))
                .containsExactly(new Finding(STACK, 1, java.util.Optional.empty()));
    }

    @Test
    void compressedClassSpaceIsToldApartByItsCounter() {
        assertThat(ledger.take(ring(METASPACE_25), new ErrorCounts(0, 0, 1, 0)))
                .extracting(Finding::kind)
                .containsExactly(CLASS_SPACE);
    }

    private static ExceptionRing ring(String... entries) {
        return ExceptionRing.parse(
                "Internal exceptions (" + entries.length + " events):\n" + String.join("", entries) + "\n");
    }
}
