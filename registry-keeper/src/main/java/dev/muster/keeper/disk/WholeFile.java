// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is replaced whole or not at all. Stateless; one thread at a time for each file. */
public final class WholeFile {
    private WholeFile() {}

    /**
     * Replaces the file. The new text is on the disk when this returns.
     *
     * @throws IOException when it cannot be written; the file is as it was then
     */
    public static void replace(Path path, String text) throws IOException {
        Path fresh = path.resolveSibling("." + path.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(path.resolveSibling(""), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
