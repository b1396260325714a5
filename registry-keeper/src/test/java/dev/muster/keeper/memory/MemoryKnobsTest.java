// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import static dev.muster.keeper.memory.MemoryErrorKind.HEAP;
import static dev.muster.keeper.memory.MemoryErrorKind.STACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.keeper.memory.MemoryGrowth.Grown;
import dev.muster.keeper.memory.MemoryGrowth.Reason;
import dev.muster.keeper.memory.MemoryGrowth.Refused;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class MemoryKnobsTest {
    private static final long MIB = 1 << 20;
    private static final long PLENTY = 1L << 50;

    private final MemoryKnobs knobs = new MemoryKnobs(MemoryPolicy.DEFAULT);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEAP        | java -Xmx64m -jar a.jar                        | java -Xmx74m -jar a.jar
            HEAP        | /usr/bin/java -Xmx1g -cp x Main                | /usr/bin/java -Xmx1178m -cp x Main
            HEAP        | java -Xmx67108864 Main                         | java -Xmx74m Main
            HEAP        | java -Xmx65536K Main                           | java -Xmx74m Main
            HEAP        | java -Xmx0x4000000 Main                        | java -Xmx74m Main
            HEAP        | java -Xmx1T Main                               | java -Xmx1205863m Main
            HEAP        | java -mx64m Main                               | java -Xmx74m Main
            HEAP        | java -XX:MaxHeapSize=64m Main                  | java -Xmx74m Main
            HEAP        | java -Xmx32m -Xmx64m Main                      | java -Xmx32m -Xmx74m Main
            HEAP        | java -Xmx64m -XX:MaxHeapSize=100m Main         | java -Xmx64m -Xmx115m Main
            HEAP        | java -Xmx64m Main -Xmx1g                       | java -Xmx74m Main -Xmx1g
            HEAP        | java -Xmx64m -jar a.jar -Xmx1g                 | java -Xmx74m -jar a.jar -Xmx1g
            HEAP        | java -Xmx64m -m a/b.Main -Xmx1g                | java -Xmx74m -m a/b.Main -Xmx1g
            HEAP        | java -cp -Xmx1g -Xmx64m Main                   | java -cp -Xmx1g -Xmx74m Main
            HEAP        | java --add-opens a/b=c -Xmx64m Main            | java --add-opens a/b=c -Xmx74m Main
            HEAP        | java -Dx=-Xmx1g -Xmx64m Main                   | java -Dx=-Xmx1g -Xmx74m Main
            STACK       | java -Xmx64m Main                              | java -Xss1180k -Xmx64m Main
            STACK       | java -Xss512k Main                             | java -Xss592k Main
            STACK       | java -Xss2M Main                               | java -Xss2356k Main
            STACK       | java -ss2m Main                                | java -Xss2356k Main
            STACK       | java -XX:ThreadStackSize=2048 Main             | java -Xss2356k Main
            STACK       | java -Xss2m -XX:ThreadStackSize=0 Main         | java -Xss2m -Xss1180k Main
            METASPACE   | java -XX:MaxMetaspaceSize=100m Main            | java -XX:MaxMetaspaceSize=115m Main
            CLASS_SPACE | java Main                                      | java -XX:CompressedClassSpaceSize=1178m Main
            DIRECT      | java -XX:MaxDirectMemorySize=10m Main          | java -XX:MaxDirectMemorySize=12m Main
            DIRECT      | java -Xmx100m Main                             | java -XX:MaxDirectMemorySize=115m -Xmx100m Main
            """)
    void sizeThatWasTooSmallGrowsInItsPlace(MemoryErrorKind kind, String before, String after) {
        Grown grown = grown(kind, line(before), Map.of());
        assertThat(grown.launch().argv()).containsExactly(after.split(" ", -1));
        assertThat(grown.launch().environment()).isEmpty();
        assertThat(grown.toBytes()).isGreaterThan(grown.fromBytes());
    }

    @Test
    void sizeThatTheEnvironmentSetsIsGrownWhereItWins() {
        assertThat(grown(HEAP, line("java Main", "JDK_JAVA_OPTIONS", "-Xmx64m -Da=b"), Map.of())
                        .launch())
                .isEqualTo(line("java -Xmx74m Main", "JDK_JAVA_OPTIONS", "-Xmx64m -Da=b"));
        assertThat(grown(HEAP, line("java -Xmx100m Main", "JAVA_TOOL_OPTIONS", "-Xmx64m"), Map.of())
                        .launch())
                .isEqualTo(line("java -Xmx115m Main", "JAVA_TOOL_OPTIONS", "-Xmx64m"));
        assertThat(grown(HEAP, line("java -Xmx100m Main", "_JAVA_OPTIONS", "-Da=b -Xmx64m"), Map.of())
                        .launch())
                .isEqualTo(line("java -Xmx100m Main", "_JAVA_OPTIONS", "-Da=b -Xmx74m"));
    }

    @Test
    void programThatStartsItsJvmItselfGetsTheSizeByItsEnvironment() {
        Map<MemoryKnob, Long> inForce = MemoryKnobs.inForce("-XX:InitialHeapSize=8388608 -XX:MaxHeapSize=67108864\n");
        assertThat(grown(HEAP, line("bin/orders.sh --fast"), inForce).launch())
                .isEqualTo(line("bin/orders.sh --fast", "_JAVA_OPTIONS", "-Xmx74m"));
        assertThat(grown(HEAP, line("java @app.args"), inForce).launch())
                .isEqualTo(line("java @app.args", "_JAVA_OPTIONS", "-Xmx74m"));
        assertThat(grown(STACK, line("bin/orders.sh", "_JAVA_OPTIONS", "-Xmx74m"), inForce)
                        .launch())
                .isEqualTo(line("bin/orders.sh", "_JAVA_OPTIONS", "-Xmx74m -Xss1180k"));
    }

    @Test
    void sizeThatTheJvmChoseItselfIsTakenFromTheJvm() {
        Map<MemoryKnob, Long> inForce = MemoryKnobs.inForce(
                "-XX:MaxHeapSize=2075131904 -XX:MaxMetaspaceSize=18446744073709547520 -XX:ThreadStackSize=0");
        assertThat(inForce).containsExactly(Map.entry(MemoryKnob.HEAP, 2075131904L));
        assertThat(grown(HEAP, line("java -XX:MaxRAMPercentage=50 Main"), inForce)
                        .launch()
                        .argv())
                .contains("-Xmx2276m");
        assertThat(refused(knobs.next(HEAP, line("java Main"), Map.of(), 0, PLENTY)))
                .isEqualTo(Reason.UNKNOWN_SIZE);
    }

    @Test
    void firstHeapIsNeverLargerThanTheLargest() {
        assertThat(MemoryKnobs.remembered(line("java -Xms64m -Xmx32m Main"), MemoryKnob.HEAP, 48 * MIB)
                        .argv())
                .containsExactly("java", "-Xms48m", "-Xmx48m", "Main");
        assertThat(grown(HEAP, line("java -Xms64m -Xmx64m Main"), Map.of())
                        .launch()
                        .argv())
                .containsExactly("java", "-Xms64m", "-Xmx74m", "Main");
    }

    @Test
    void rememberedSizeIsALeastSize() {
        assertThat(MemoryKnobs.remembered(line("java -Xmx64m Main"), MemoryKnob.HEAP, 74 * MIB)
                        .argv())
                .contains("-Xmx74m");
        assertThat(MemoryKnobs.remembered(line("java -Xmx1g Main"), MemoryKnob.HEAP, 74 * MIB)
                        .argv())
                .contains("-Xmx1g");
        assertThat(MemoryKnobs.remembered(line("java Main"), MemoryKnob.STACK, 2 * MIB)
                        .argv())
                .containsExactly("java", "-Xss2m", "Main");
    }

    @Test
    void growthEndsAtTheCapThenIsRefused() {
        MemoryKnobs capped = new MemoryKnobs(policy(Map.of(MemoryKnob.HEAP, 70 * MIB), 4));
        assertThat(((Grown) capped.next(HEAP, line("java -Xmx64m Main"), Map.of(), 0, PLENTY)).toBytes())
                .isEqualTo(70 * MIB);
        assertThat(refused(capped.next(HEAP, line("java -Xmx70m Main"), Map.of(), 1, PLENTY)))
                .isEqualTo(Reason.MAX_SIZE);
    }

    @Test
    void replacementsEndAtTheirMaximum() {
        LaunchLine launch = line("java -Xmx64m Main");
        List<Long> sizes = new ArrayList<>();
        int restarts = 0;
        while (knobs.next(HEAP, launch, Map.of(), restarts, PLENTY) instanceof Grown grown) {
            sizes.add(grown.toBytes() / MIB);
            launch = grown.launch();
            restarts++;
        }
        assertThat(sizes).containsExactly(74L, 86L, 99L, 114L);
        assertThat(refused(knobs.next(HEAP, launch, Map.of(), restarts, PLENTY)))
                .isEqualTo(Reason.MAX_RESTARTS);
    }

    @Test
    void hostHasToHaveRoomForTheSecondInstance() {
        LaunchLine launch = line("java -Xmx64m Main");
        long reserve = MemoryPolicy.DEFAULT.reserveBytes();
        assertThat(refused(knobs.next(HEAP, launch, Map.of(), 0, 74 * MIB + reserve - 1)))
                .isEqualTo(Reason.NO_HOST_MEMORY);
        assertThat(knobs.next(HEAP, launch, Map.of(), 0, 74 * MIB + reserve)).isInstanceOf(Grown.class);
        LaunchLine direct = line("java -Xmx64m -XX:MaxDirectMemorySize=100m Main");
        assertThat(refused(knobs.next(MemoryErrorKind.DIRECT, direct, Map.of(), 0, (64 + 115) * MIB + reserve - 1)))
                .isEqualTo(Reason.NO_HOST_MEMORY);
        Refused words = (Refused) knobs.next(HEAP, launch, Map.of(), 0, -1);
        assertThat(words.text()).contains("needs 74m").contains("can give 0");
    }

    @Test
    void errorsThatNoSizeCuresAndPoliciesThatAreOffAreRefused() {
        LaunchLine launch = line("java -Xmx64m Main");
        assertThat(refused(knobs.next(MemoryErrorKind.THREADS, launch, Map.of(), 0, PLENTY)))
                .isEqualTo(Reason.NO_KNOB);
        assertThat(refused(knobs.next(MemoryErrorKind.ARRAY_SIZE, launch, Map.of(), 0, PLENTY)))
                .isEqualTo(Reason.NO_KNOB);
        MemoryKnobs off = new MemoryKnobs(new MemoryPolicy(false, 15, Map.of(), 4, 0));
        assertThat(refused(off.next(HEAP, launch, Map.of(), 0, PLENTY))).isEqualTo(Reason.DISABLED);
    }

    @Test
    void policyOutOfBoundsIsRefusedInWords() {
        assertThatThrownBy(() -> new MemoryPolicy(true, 0, Map.of(), 4, 0))
                .hasMessage("growth_percent: 0 (expected: 1 to 100)");
        assertThatThrownBy(() -> policy(Map.of(), -1)).hasMessage("max_restarts: -1 (expected: 0 to 100)");
    }

    @Test
    void anyLaunchLineHasAnOutcomeAndAGrownOneSaysTheNewSize() {
        List<String> words = List.of(
                "java",
                "-Xmx64m",
                "-Xmx",
                "-Xmx9999999999999g",
                "-Xmx-1",
                "-Xms1g",
                "-Xss1m",
                "-cp",
                "-jar",
                "a",
                "@f",
                "-XX:MaxHeapSize=0",
                "-XX:ThreadStackSize=99999999999999999",
                "",
                "-",
                "-m",
                "-Dx",
                "--",
                "-Xss");
        List<MemoryErrorKind> kinds = List.of(MemoryErrorKind.values());
        Random random = new Random(7);
        int grown = 0;
        for (int i = 0; i < 20_000; i++) {
            List<String> argv = new ArrayList<>(List.of(random.nextBoolean() ? "java" : words.get(random.nextInt(19))));
            random.ints(random.nextInt(6), 0, words.size()).forEach(at -> argv.add(words.get(at)));
            LaunchLine launch = new LaunchLine(argv, Map.of("_JAVA_OPTIONS", words.get(random.nextInt(words.size()))));
            MemoryErrorKind kind = kinds.get(random.nextInt(kinds.size()));
            if (knobs.next(kind, launch, Map.of(), 0, PLENTY) instanceof Grown next) {
                assertThat(next.launch().size(next.knob())).as("%s", launch).contains(next.toBytes());
                grown++;
            }
        }
        assertThat(grown).isGreaterThan(1000);
    }

    @ParameterizedTest
    @MethodSource("dev.muster.keeper.memory.ChildJvm#jdks")
    void jvmsTakeTheSizeThatWasSet(Path jdk, @TempDir Path folder) throws Exception {
        String java = jdk.resolve("bin/java").toString();
        Path arguments = Files.writeString(folder.resolve("app.args"), "-Xmx64m -Xss1m");
        List<LaunchLine> lines = List.of(
                line(java + " -Xmx64m -Xss1m -XX:+PrintFlagsFinal -version", "JDK_JAVA_OPTIONS", "-Xmx16m"),
                line(java + " -Xss1m -XX:+PrintFlagsFinal -version", "JDK_JAVA_OPTIONS", "-Xmx64m"),
                line(java + " @" + arguments + " -XX:+PrintFlagsFinal -version"));
        for (LaunchLine line : lines) {
            LaunchLine heap =
                    grown(HEAP, line, Map.of(MemoryKnob.HEAP, 64 * MIB)).launch();
            LaunchLine both = grown(STACK, heap, Map.of()).launch();
            ProcessBuilder builder = new ProcessBuilder(both.argv()).redirectErrorStream(true);
            builder.environment().putAll(both.environment());
            Process process = builder.start();
            String flags = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(flags)
                    .containsPattern("MaxHeapSize +=  *" + 74 * MIB)
                    .containsPattern("ThreadStackSize += 1180 ");
        }
    }

    private Grown grown(MemoryErrorKind kind, LaunchLine launch, Map<MemoryKnob, Long> inForce) {
        MemoryGrowth growth = knobs.next(kind, launch, inForce, 0, PLENTY);
        assertThat(growth).isInstanceOf(Grown.class);
        return (Grown) growth;
    }

    private static Reason refused(MemoryGrowth growth) {
        assertThat(growth).isInstanceOf(Refused.class);
        return ((Refused) growth).reason();
    }

    private static MemoryPolicy policy(Map<MemoryKnob, Long> caps, int maxRestarts) {
        return new MemoryPolicy(true, 15, caps, maxRestarts, 0);
    }

    private static LaunchLine line(String argv) {
        return new LaunchLine(Arrays.asList(argv.split(" ", -1)), Map.of());
    }

    private static LaunchLine line(String argv, String variable, String value) {
        return new LaunchLine(Arrays.asList(argv.split(" ", -1)), Map.of(variable, value));
    }
}
