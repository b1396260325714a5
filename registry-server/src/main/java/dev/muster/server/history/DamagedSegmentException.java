// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import java.io.IOException;
import java.nio.file.Path;

/** A file of events that cannot be read from some offset on. The message names both. */
final class DamagedSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long sequence;

    DamagedSegmentException(Path file, long offset, long sequence, String what) {
        super(file + " is damaged at offset " + offset + ": " + what);
        this.sequence = sequence;
    }

    /** The first event that cannot be read. */
    long sequence() {
        return sequence;
    }
}
