// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import java.io.IOException;

/** Says why bytes are no snapshot that this code can read, and where. */
public final class CorruptSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String section;
    private final long offset;

    CorruptSnapshotException(String section, long offset, String problem) {
        super("snapshot, section " + section + " at offset " + offset + ": " + problem);
        this.section = section;
        this.offset = offset;
    }

    CorruptSnapshotException(String section, long offset, String problem, Throwable cause) {
        this(section, offset, problem);
        initCause(cause);
    }

    /** The section that is damaged. */
    public String section() {
        return section;
    }

    /** Where that section begins, in bytes from the start. */
    public long offset() {
        return offset;
    }
}
