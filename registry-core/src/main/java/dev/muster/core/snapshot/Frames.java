// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import java.nio.charset.StandardCharsets;

/** The numbers that writer and reader of frames share; see {@link SnapshotCodec} for the format. */
final class Frames {
    /** First bytes of a snapshot. */
    static final byte[] MAGIC = "MUSTRSNP".getBytes(StandardCharsets.US_ASCII);

    /** The format that this code writes, and the only one that it reads. */
    static final int VERSION = 1;

    /** Section number, flags, record count, payload length, checksum. */
    static final int HEADER_BYTES = Short.BYTES + Short.BYTES + 3 * Integer.BYTES;

    /** Of the header, what the checksum covers. */
    static final int CHECKED_HEADER_BYTES = HEADER_BYTES - Integer.BYTES;

    /** Flag: who does not know this section must not go on without it. */
    static final int REQUIRED = 1;

    /** A frame is closed once it holds so much. */
    static final int FULL_BYTES = 256 * 1024;

    /** The longest payload, which is also the most that a reader ever allocates for one. */
    static final int MAX_PAYLOAD_BYTES = 1024 * 1024;

    /** Payload of the last frame: the length and the CRC32C of all bytes before that frame. */
    static final int END_BYTES = Long.BYTES + Integer.BYTES;

    private Frames() {}
}
