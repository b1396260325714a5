// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process of this host, for all time: a pid alone is given to others later. Immutable.
 *
 * @param pid its number, as this process sees it
 * @param startTicks when it started, in clock ticks since the host did, as {@code /proc/PID/stat} says
 */
public record JvmProcess(long pid, long startTicks) {
    private static final int STATE = 0;
    private static final int START_TIME = 19;

    /** The process that has this pid now, or nothing. One that has ended and was not waited for is nothing, too. */
    public static Optional<JvmProcess> of(long pid) {
        return stat(pid)
                .filter(fields -> !isOver(fields[STATE]))
                .map(fields -> new JvmProcess(pid, Long.parseLong(fields[START_TIME])));
    }

    /** Whether this process, and not another one of its pid, is there. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    Path proc() {
        return Path.of("/proc", Long.toString(pid));
    }

    private static boolean isOver(String state) {
        return state.equals("Z") || state.equals("X");
    }

    /** The fields behind the name of the program, which may contain anything. */
    private static Optional<String[]> stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return fields.length > START_TIME ? Optional.of(fields) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
