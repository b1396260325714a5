// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.hash;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * 64-bit fingerprints: of bytes, those of FarmHash (Fingerprint64).
 *
 * <p>The same input gives the same number on every node, platform and release; they stand in logs and snapshots. They
 * tell apart what differs by accident, not what an adversary made. Stateless, thus thread-safe.
 */
public final class Fingerprint {
    private static final HashFunction FARM = Hashing.farmHashFingerprint64();

    /** Two odd constants, so that neither zeros nor an exchange of numbers cancel out. */
    private static final long MULTIPLIER = 0x9fb21c651e98df25L;

    private static final long INCREMENT = 0x9e3779b97f4a7c15L;

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

    /** Of the numbers in their order. Each is mixed in by the finalizer of MurmurHash3 (Appleby, 2011). */
    public static long mix(long... numbers) {
        long mixed = numbers.length;
        for (long number : numbers) {
            mixed = scramble(mixed * MULTIPLIER + scramble(number + INCREMENT));
        }
        return mixed;
    }

    private static long scramble(long number) {
        long x = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
        x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
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
