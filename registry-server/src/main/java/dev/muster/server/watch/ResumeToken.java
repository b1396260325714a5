// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.protobuf.ByteString;
import dev.muster.core.hash.Fingerprint;
import dev.muster.core.key.ServiceName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Up to where a copy of a service is complete, in a form that only the registry reads: cluster, group, epoch and
 * revision. A checksum that also covers the service refuses a token that was cut, changed or made for another service.
 * Immutable.
 *
 * @param history fingerprint of cluster id and group id
 * @param epochId identity of the epoch
 * @param epochOrdinal order of the epoch
 * @param revision the copy shows everything up to it
 */
record ResumeToken(long history, long epochId, long epochOrdinal, long revision) {
    private static final byte FORMAT = 1;
    private static final int SIZE = 1 + 5 * Long.BYTES;

    static long history(String clusterId, String groupId) {
        return Fingerprint.mix(Fingerprint.of(clusterId), Fingerprint.of(groupId));
    }

    ByteString encode(ServiceName service) {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE)
                .put(FORMAT)
                .putLong(history)
                .putLong(epochId)
                .putLong(epochOrdinal)
                .putLong(revision)
                .putLong(checksum(service));
        return ByteString.copyFrom(bytes.flip());
    }

    /** Reads a token of the service; null when it is none. */
    static @Nullable ResumeToken decode(ByteString token, ServiceName service) {
        if (token.size() != SIZE || token.byteAt(0) != FORMAT) {
            return null;
        }
        ByteBuffer bytes = token.asReadOnlyByteBuffer();
        bytes.get();
        ResumeToken decoded = new ResumeToken(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
        return bytes.getLong() == decoded.checksum(service) ? decoded : null;
    }

    private long checksum(ServiceName service) {
        return Fingerprint.mix(
                FORMAT,
                history,
                epochId,
                epochOrdinal,
                revision,
                Fingerprint.of(service.namespace()),
                Fingerprint.of(service.service()));
    }
}
