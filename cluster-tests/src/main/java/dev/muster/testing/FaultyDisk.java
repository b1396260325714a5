// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk that a test can spoil: a folder, seen through {@code faultfs.c}, which says what each fault does. One fault at a
 * time; each ends the one before. For the thread of the test.
 */
public final class FaultyDisk implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(FaultyDisk.class);
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern LOST = Pattern.compile("(\\d+) bytes lost of (.*)");

    private final Path log;
    private final FaultFs mounted;
    private Counters counters = new Counters(0, 0, 0);

    private FaultyDisk(Path backing, Path mountPoint, Path log) {
        this.log = log;
        this.mounted = FaultFs.mount(backing, mountPoint, log);
    }

    /**
     * What shows that a fault had an effect, since the disk is there. Immutable.
     *
     * @param fsyncsRefused failed with EIO
     * @param fsyncsDelayed took longer
     * @param writesRefused failed, for a bad disk or a full one
     */
    public record Counters(long fsyncsRefused, long fsyncsDelayed, long writesRefused) {}

    /** An empty one, well as yet, at a place that does not exist; nothing where it cannot be mounted. */
    static Optional<FaultyDisk> at(Path mountPoint) {
        Optional<String> obstacle = FaultFs.obstacle();
        if (obstacle.isPresent()) {
            LOGGER.warn("skipped: {}", obstacle.get());
            return Optional.empty();
        }
        Path backing = backing(mountPoint);
        try {
            Files.createDirectories(backing);
            Files.createDirectories(mountPoint);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.of(new FaultyDisk(backing, mountPoint, beside(mountPoint, ".disk.log")));
    }

    /** Where the files of a disk at this place really are. */
    static Path backing(Path mountPoint) {
        return beside(mountPoint, ".disk");
    }

    private static Path beside(Path mountPoint, String suffix) {
        return mountPoint.resolveSibling(mountPoint.getFileName() + suffix);
    }

    /** The node's; where there can be none the test is skipped. */
    public static FaultyDisk of(TestNode node) {
        return node.disk()
                .orElseGet(() -> abort("skipped: " + FaultFs.obstacle().orElse("the cluster has no bad disks")));
    }

    /**
     * The next fsync of a file with this in its path fails, and what it should have made durable is gone; those after it
     * succeed.
     */
    public void failOneFsync(String file) {
        tell("fsync-eio " + file);
    }

    /** Each write fails from now on. */
    public void failWrites() {
        tell("write-eio");
    }

    /** Nothing is created and no file grows from now on. */
    public void fill() {
        tell("full");
    }

    /** Each fsync takes so much longer from now on. */
    public void delayFsyncs(Duration delay) {
        tell("delay " + delay.toMillis());
    }

    /** What is not durable is gone, at this moment, and the disk with it, until it is {@linkplain #repair well}. */
    public void losePower() {
        tell("power-loss");
    }

    /** The disk is well again; what is gone stays gone. */
    public Counters repair() {
        tell("none");
        return counters;
    }

    /** How many bytes were lost of files with this in their paths, since the disk is there. */
    public long bytesLost(String files) {
        try {
            return LOST.matcher(Files.readString(log))
                    .results()
                    .filter(loss -> loss.group(2).contains(files))
                    .mapToLong(loss -> Long.parseLong(loss.group(1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(String command) {
        long[] now = NUMBER.matcher(mounted.tell(command))
                .results()
                .map(MatchResult::group)
                .mapToLong(Long::parseLong)
                .toArray();
        counters = new Counters(now[0], now[1], now[2]);
    }

    /** Unmounts it; its files stay where they really are. */
    @Override
    public void close() {
        mounted.close();
    }
}
