// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads what is appended to a log file, a bounded piece at a time. A flood is skipped, not queued; a file that was
 * rotated is begun anew. Confined to one thread.
 */
final class LogFollower {
    private static final int MAX_PIECE_BYTES = 256 << 10;

    private final Path file;
    private long position;

    /** Follows from the end that the file has now. */
    LogFollower(Path file) {
        this.file = file;
        this.position = size();
    }

    /**
     * The lines since the last call; the last one may be half. A trace that is being written is read as far as it is
     * there.
     */
    List<String> lines() {
        long size = size();
        if (size == position) {
            return List.of();
        }
        if (size < position) {
            position = 0;
        }
        position = Math.max(position, size - MAX_PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocate((int) (size - position));
            while (piece.hasRemaining() && channel.read(piece, position + piece.position()) >= 0) {
                // A file may be read in parts.
            }
            position += piece.position();
            return StandardCharsets.UTF_8
                    .decode(piece.flip())
                    .toString()
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private long size() {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            return position;
        }
    }
}
