// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.bench.work.Scale;
import dev.muster.bench.work.Suite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was asked for on the command line. Immutable. */
record Options(
        Scale scale,
        boolean quick,
        List<String> works,
        List<String> systems,
        @Nullable Path charts,
        Path folder) {
    private static final String USAGE = """
            usage: compare.sh [--quick] [--smoke] [--warm-up S] [--rounds N] [--faults N] [--only WORK] [--system NAME]

              --quick        two rounds, half a minute of warm-up each, registrations and lookups unless --only
                             names others: less than ten minutes
              --smoke        one round, no warm-up, three seconds each: shows that it runs, measures nothing
              --warm-up S    seconds of load before each system is measured (60)
              --rounds N     alternating rounds (5)
              --faults N     kills and pauses of the leader, over all rounds (20)
              --only WORK    works whose name contains this; may be given again
              --system NAME  this system only; may be given again
              --works        prints the names of all works
              --charts FILE  draws the results of a run again, and runs nothing
            """;

    static Options parse(String[] arguments, Path folder) {
        Scale scale = Scale.FULL;
        boolean quick = false;
        List<String> works = new ArrayList<>();
        List<String> systems = new ArrayList<>();
        Path charts = null;
        Iterator<String> words = List.of(arguments).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "--quick" -> {
                    scale = Scale.QUICK;
                    quick = true;
                }
                case "--smoke" -> scale = Scale.SMOKE;
                case "--warm-up" -> scale = scale.warmUp(Duration.ofSeconds(number(word, words)));
                case "--rounds" -> scale = scale.rounds(number(word, words));
                case "--faults" -> scale = scale.faults(number(word, words));
                case "--only" -> works.add(value(word, words));
                case "--system" -> systems.add(value(word, words));
                case "--charts" -> charts = Path.of(value(word, words));
                case "--works" -> {
                    for (Suite suite : Suite.ALL) {
                        suite.works(scale).forEach(System.out::println);
                    }
                    System.exit(0);
                }
                default -> {
                    System.err.print(USAGE);
                    System.exit(word.equals("--help") ? 0 : 3);
                }
            }
        }
        return new Options(scale, quick, works, systems, charts, folder);
    }

    private static int number(String option, Iterator<String> words) {
        String value = value(option, words);
        try {
            return Integer.parseUnsignedInt(value);
        } catch (NumberFormatException e) {
            System.err.println(option + ": " + value + " (expected: a number)");
            System.exit(3);
            throw e;
        }
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            System.err.println(option + ": value missing");
            System.exit(3);
        }
        return words.next();
    }

    /** Whether a work of the suite was asked for. */
    boolean wants(Suite suite) {
        return works.isEmpty()
                ? !quick || suite == Suite.ALL.get(0)
                : suite.works(scale).stream().anyMatch(this::wants);
    }

    /** Whether the work was asked for. */
    boolean wants(String work) {
        return works.isEmpty() || works.stream().anyMatch(work::contains);
    }

    /** Whether the system was asked for. */
    boolean wantsSystem(String title) {
        return systems.isEmpty() || systems.stream().anyMatch(title::equalsIgnoreCase);
    }
}
