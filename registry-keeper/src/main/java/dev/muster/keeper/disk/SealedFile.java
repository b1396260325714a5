// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file with one text under its {@link Seal}, replaced whole or not at all. Stateless; one thread at a time for each
 * file.
 */
public final class SealedFile {
    private SealedFile() {}

    /**
     * What stands there; empty if there is no file.
     *
     * @throws DamagedFileException when it is not what was written there
     * @throws IOException when it cannot be read
     */
    public static Optional<String> read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        Optional<String> text = Seal.open(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
        if (text.isEmpty()) {
            throw new DamagedFileException(path);
        }
        return text;
    }

    /**
     * Replaces the file. The new text is on the disk when this returns.
     *
     * @throws IOException when it cannot be written; the file is as it was then
     */
    public static void replace(Path path, String text) throws IOException {
        WholeFile.replace(path, Seal.on(text));
    }
}
