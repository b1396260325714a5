// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A node's disk that a test can spoil: its data folder, seen through {@code faultfs.c}, which says what each fault does.
 * One fault at a time; each ends the one before. Where it cannot be mounted the test is skipped. For the thread of the
 * test.
 */
public final class FaultyDisk implements AutoCloseable {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern LOST = Pattern.compile("(\\d+) bytes lost of (.*)");

    private final TestNode node;
    private final Path backing;
    private final Path log;
    private final FaultFs mounted;
    private Counters counters = new Counters(0, 0, 0);

    private FaultyDisk(TestNode node, Path backing, Path log) {
        this.node = node;
        this.backing = backing;
        this.log = log;
        this.mounted = FaultFs.mount(backing, node.data(), log);
    }

    /**
     * What shows that a fault had an effect, since the disk is there. Immutable.
     *
     * @param fsyncsRefused failed with EIO
     * @param fsyncsDelayed took longer
     * @param writesRefused failed, for a bad disk or a full one
     */
    public record Counters(long fsyncsRefused, long fsyncsDelayed, long writesRefused) {}

    /** Puts the node's data on such a disk, a well one as yet; returns when the node serves again. */
    public static FaultyDisk of(TestNode node) {
        FaultFs.assumeItRuns();
        node.kill();
        Path data = node.data();
        Path backing = data.resolveSibling(node.name() + ".disk");
        try {
            Files.move(data, backing);
            Files.createDirectory(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FaultyDisk disk = new FaultyDisk(node, backing, data.resolveSibling(node.name() + ".disk.log"));
        node.restart();
        return disk;
    }

    /** Whose it is. */
    public TestNode node() {
        return node;
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

    /** Puts the node's data back on an ordinary disk and starts it; does not wait until it serves. */
    @Override
    public void close() {
        node.discard(false);
        mounted.close();
        try {
            Files.delete(node.data());
            Files.move(backing, node.data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        node.start();
    }
}
