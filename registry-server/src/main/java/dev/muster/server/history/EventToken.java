// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.history;

import com.google.common.io.BaseEncoding;
import com.google.protobuf.ByteString;
import dev.muster.core.Rejection;
import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.Reason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The next event of a reader, in a form that only the registry reads: cluster, epoch and sequence, with a checksum. Good
 * on every node of the cluster. Stateless.
 */
final class EventToken {
    private static final byte FORMAT = 1;
    private static final int SIZE = 1 + 3 * Long.BYTES;
    private static final BaseEncoding TEXT = BaseEncoding.base64Url().omitPadding();

    private EventToken() {}

    static ByteString encode(Epoch epoch, long sequence) {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE)
                .put(FORMAT)
                .putLong(epoch.fingerprint())
                .putLong(sequence)
                .putLong(Fingerprint.mix(FORMAT, epoch.fingerprint(), sequence));
        return ByteString.copyFrom(bytes.flip());
    }

    static String encodeText(Epoch epoch, long sequence) {
        return TEXT.encode(encode(epoch, sequence).toByteArray());
    }

    /** The sequence in a token; a {@link Rejection} if it is none, or of another history. */
    static long decode(String field, ByteString token, Epoch epoch) {
        ByteBuffer bytes = token.asReadOnlyByteBuffer();
        if (token.size() == SIZE && bytes.get() == FORMAT) {
            long history = bytes.getLong();
            long sequence = bytes.getLong();
            if (bytes.getLong() == Fingerprint.mix(FORMAT, history, sequence)) {
                if (history != epoch.fingerprint()) {
                    throw Rejection.of(
                            Reason.REASON_WRONG_CLUSTER,
                            field + ": of another cluster or epoch than this one, " + epoch.clusterId()
                                    + "; begin anew without it");
                }
                return sequence;
            }
        }
        throw unreadable(field, null);
    }

    static long decodeText(String field, String token, Epoch epoch) {
        try {
            return decode(field, ByteString.copyFrom(TEXT.decode(token)), epoch);
        } catch (IllegalArgumentException e) {
            throw unreadable(field, token);
        }
    }

    private static Rejection unreadable(String field, @Nullable String token) {
        return Rejection.invalid(
                field, token == null ? "some bytes" : token, "that of the answer before as it came, or nothing");
    }
}
