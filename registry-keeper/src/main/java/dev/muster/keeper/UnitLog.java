// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file that a unit's outputs go to. A process keeps it open for as long as it lives, so a full file is copied aside
 * and cut; lines written in between are lost. For one thread.
 */
final class UnitLog {
    static final long LARGEST = 16L * 1024 * 1024;

    private final Path path;

    UnitLog(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Sets the file aside when it is full. */
    void rotateIfFull() throws IOException {
        if (Files.exists(path) && Files.size(path) > LARGEST) {
            Files.copy(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
        }
    }
}
