// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.hash;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * 64-bit fingerprints (FarmHash Fingerprint64).
 *
 * <p>The same input gives the same number on every node, platform and release; they stand in logs and snapshots. They
 * tell apart what differs by accident, not what an adversary made. Stateless, thus thread-safe.
 */
public final class Fingerprint {
    private static final HashFunction FARM = Hashing.farmHashFingerprint64();

    private Fingerprint() {}

    /** Of the bytes. */
    public static long of(byte[] bytes) {
        return FARM.hashBytes(bytes).asLong();
    }

    /** Of the text in UTF-8. */
    public static long of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of the message in its deterministic encoding. */
    public static long of(MessageLite message) {
        return of(encode(message));
    }

    /** Of the numbers in their order. */
    public static long mix(long... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Long.BYTES);
        for (long number : numbers) {
            buffer.putLong(number);
        }
        return of(buffer.array());
    }

    /** The one encoding of a message that all nodes agree on: map entries are ordered by key. */
    public static byte[] encode(MessageLite message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("a message has another size than it said", e);
        }
        return bytes;
    }
}
