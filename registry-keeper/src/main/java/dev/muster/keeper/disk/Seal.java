// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper.disk;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A checksum before a text, CRC-32 in hexadecimal: it tells damage, which is an accident, not a change on purpose.
 * Stateless.
 */
public final class Seal {
    private static final int CHECKSUM_CHARS = 8;

    private Seal() {}

    /** The text behind its checksum. */
    public static String on(String text) {
        return checksum(text) + " " + text;
    }

    /** The text, if it is the one that was sealed. */
    public static Optional<String> open(String sealed) {
        if (sealed.length() <= CHECKSUM_CHARS) {
            return Optional.empty();
        }
        String text = sealed.substring(CHECKSUM_CHARS + 1);
        return sealed.equals(on(text)) ? Optional.of(text) : Optional.empty();
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
