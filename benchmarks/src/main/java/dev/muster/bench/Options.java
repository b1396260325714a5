// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What was asked for on the command line. Immutable. */
record Options(int rounds, Duration warmUp, Duration time, List<String> works, List<String> systems, Path folder) {
    private static final String USAGE = """
            usage: compare.sh [--quick] [--smoke] [--rounds N] [--only WORK] [--system NAME]

              --quick        two rounds, half a minute of warm-up each: some ten minutes
              --smoke        one round, no warm-up, three seconds each: shows that it runs, measures nothing
              --warm-up S    seconds of load before each system is measured (60)
              --rounds N     alternating rounds (5)
              --only WORK    works whose name contains this; may be given again
              --system NAME  this system only; may be given again
            """;

    static Options parse(String[] arguments, Path folder) {
        int rounds = 5;
        Duration warmUp = Duration.ofSeconds(60);
        Duration time = Duration.ofSeconds(5);
        List<String> works = new ArrayList<>();
        List<String> systems = new ArrayList<>();
        Iterator<String> words = List.of(arguments).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "--quick" -> {
                    rounds = 2;
                    warmUp = Duration.ofSeconds(30);
                    time = Duration.ofSeconds(4);
                }
                case "--smoke" -> {
                    rounds = 1;
                    warmUp = Duration.ZERO;
                    time = Duration.ofSeconds(3);
                }
                case "--warm-up" -> warmUp = Duration.ofSeconds(Long.parseLong(value(word, words)));
                case "--rounds" -> rounds = Integer.parseInt(value(word, words));
                case "--only" -> works.add(value(word, words));
                case "--system" -> systems.add(value(word, words));
                default -> {
                    System.err.print(USAGE);
                    System.exit(word.equals("--help") ? 0 : 3);
                }
            }
        }
        return new Options(rounds, warmUp, time, works, systems, folder);
    }

    private static String value(String word, Iterator<String> words) {
        if (!words.hasNext()) {
            System.err.println(word + ": value missing");
            System.exit(3);
        }
        return words.next();
    }

    /** Whether the work was asked for. */
    boolean wants(Work work) {
        return works.isEmpty() || works.stream().anyMatch(work.name()::contains);
    }

    /** Whether the system was asked for. */
    boolean wants(Cluster.Kind kind) {
        return systems.isEmpty() || systems.stream().anyMatch(kind.title()::equalsIgnoreCase);
    }
}
