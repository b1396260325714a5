// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.edge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;

/**
 * The file that a proxy reads, and the keeper's copy of what was last found good. The copy's time says until when the
 * registry was known to say so. Each is replaced whole or not at all. For one thread at a time.
 */
final class RouteFile {
    private final Path file;
    private final Path good;

    private RouteFile(Path file, Path good) {
        this.file = file;
        this.good = good;
    }

    /**
     * Goes on with what was last found good: the proxy's file has it from now on, also when a keeper ended between a try
     * and its end.
     *
     * @param file that the proxy reads
     * @param good the keeper's copy
     * @throws IOException when either cannot be read or written
     */
    static RouteFile open(Path file, Path good) throws IOException {
        RouteFile opened = new RouteFile(file, good);
        Optional<String> last = opened.good();
        if (last.isPresent() && !last.equals(read(file))) {
            opened.offer(last.get());
        }
        return opened;
    }

    /** What was last found good. */
    Optional<String> good() throws IOException {
        return read(good);
    }

    /** Until when the registry was known to say so. */
    Instant knownUntil() throws IOException {
        return Files.getLastModifiedTime(good).toInstant();
    }

    /** The proxy reads this from now on; whether it is good is not known yet. */
    void offer(String text) throws IOException {
        replace(file, text);
    }

    /** The text that was offered is good. */
    void accept(String text, Instant knownUntil) throws IOException {
        replace(good, text);
        confirm(knownUntil);
    }

    /** The text that was offered is bad: what was good before is back, and the bad one is kept beside the copy. */
    void refuse(String text) throws IOException {
        replace(good.resolveSibling(good.getFileName() + ".refused"), text);
        Optional<String> before = good();
        if (before.isPresent()) {
            replace(file, before.get());
        } else {
            Files.deleteIfExists(file);
        }
    }

    /** The registry still says so. */
    void confirm(Instant knownUntil) throws IOException {
        Files.setLastModifiedTime(good, FileTime.from(knownUntil));
    }

    private static Optional<String> read(Path path) throws IOException {
        return Files.exists(path) ? Optional.of(Files.readString(path)) : Optional.empty();
    }

    private static void replace(Path path, String text) throws IOException {
        Path fresh = path.resolveSibling("." + path.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }
}
