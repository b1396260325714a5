// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.disk;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what was written there. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFileException(Path path) {
        super(path + " is damaged: its checksum is wrong");
    }
}
