// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.raft;

import dev.muster.server.storage.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A copy, with a checksum, of the file in which Ratis remembers the members. A bit that flips in that one may make a member
 * an unknown one: the node would not know its leader by name, and never serve. For one thread at a time.
 *
 * <pre>
 *   8  magic "MUSTRMEM"
 *   4  CRC32C of what follows
 *      the file of Ratis
 * </pre>
 */
final class MembersCopy {
    private static final byte[] MAGIC = "MUSTRMEM".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = MAGIC.length + Integer.BYTES;

    private final Path file;

    MembersCopy(Path file) {
        this.file = file;
    }

    /** Replaces the copy durably by one of this file, unless that is missing or there is one already. */
    void take(Path members) throws IOException {
        if (!Files.exists(members)) {
            return;
        }
        byte[] content = Files.readAllBytes(members);
        if (Arrays.equals(content, read().orElse(null))) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + content.length);
        bytes.put(MAGIC).putInt(checksum(content)).put(content);
        DurableFile.replace(file, bytes.array());
    }

    /** What was copied; nothing when there is no copy, or a damaged one. */
    Optional<byte[]> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < HEADER || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOfRange(bytes, HEADER, bytes.length);
        return ByteBuffer.wrap(bytes).getInt(MAGIC.length) == checksum(content)
                ? Optional.of(content)
                : Optional.empty();
    }

    private static int checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }
}
