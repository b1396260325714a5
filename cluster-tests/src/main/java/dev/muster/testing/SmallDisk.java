// SPDX-License-Identifier: Apache-2.0
package dev.muster.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A small file system of a node's own, in memory, that a test can fill. Mounting it takes root; where that is missing the
 * test is skipped. For the thread of the test.
 */
public final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 1 << 20;
    private static final int PAGE = 1 << 12;

    private final TestNode node;
    private final Path ballast;

    private SmallDisk(TestNode node) {
        this.node = node;
        this.ballast = node.data().resolve("ballast");
    }

    /** Takes the node's disk away and gives it an empty one of this size; returns when the node serves again. */
    public static SmallDisk of(TestNode node, int mebibytes) {
        assumeTrue("root".equals(System.getProperty("user.name")), "skipped: only root can mount a small disk");
        node.kill();
        node.wipe();
        try {
            Files.createDirectories(node.data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + mebibytes + "m",
                "muster-test",
                node.data().toString());
        node.restart();
        return new SmallDisk(node);
    }

    /** Writes to the disk until only so much is left. */
    public void fillBut(int mebibytes) {
        try (FileChannel file = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (free() >= (long) (mebibytes + 1) * BLOCK) {
                file.write(ByteBuffer.allocate(BLOCK));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes to the disk until it takes nothing more. */
    public void fill() {
        try (FileChannel file = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (file.write(ByteBuffer.allocate(PAGE)) == PAGE) {
                // There was room.
            }
        } catch (IOException full) {
            // That is the end.
        }
    }

    /** Takes away what {@link #fillBut} wrote. */
    public void empty() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long free() throws IOException {
        return Files.getFileStore(node.data()).getUsableSpace();
    }

    /** Gives the node an empty disk of the ordinary kind; returns when it serves. */
    @Override
    public void close() {
        if (node.isUp()) {
            node.kill();
        }
        Command.run("umount", "--lazy", node.data().toString());
        node.wipe();
        node.restart();
    }
}
