// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wall clock of a node's processes, which can be wrong, by {@code src/main/c/clockshift.c}. Their monotonic clocks are
 * right. For one thread.
 */
public final class WallClock {
    private static final Logger LOG = LoggerFactory.getLogger(WallClock.class);
    private static final Path SOURCE =
            Path.of("src", "main", "c", "clockshift.c").toAbsolutePath();

    private final Path library;
    private final Path file;

    private WallClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** Compiled when the first one is made. */
    private static final class Library {
        static final Optional<Path> FILE = compiled();

        private static Optional<Path> compiled() {
            Path file = Folders.fresh("clockshift").resolve("clockshift.so");
            try {
                Command.run(
                        "cc",
                        "-std=c11",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-shared",
                        "-fPIC",
                        "-o",
                        file.toString(),
                        SOURCE.toString());
                return Optional.of(file);
            } catch (UncheckedIOException | IllegalStateException e) {
                LOG.warn("skipped: clocks that are wrong need a C compiler: {}", e.toString());
                return Optional.empty();
            }
        }
    }

    /** A right one, which the file remembers; nothing where there is no C compiler. */
    static Optional<WallClock> in(Path file) {
        return Library.FILE.map(library -> {
            WallClock clock = new WallClock(library, file);
            clock.shift(Duration.ZERO);
            return clock;
        });
    }

    /** What a process has to find in its environment to have this clock. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "MUSTER_CLOCK_SHIFT",
                file.toAbsolutePath().toString());
    }

    /** From now on it is that much ahead, or behind, of the machine's. */
    public void shift(Duration off) {
        ByteBuffer seconds =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, off.toSeconds());
        try {
            // Never made anew: processes look at it where it is.
            Files.write(file, seconds.array(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
