// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rpc;

import com.google.protobuf.ByteString;
import dev.muster.core.RegistryState;
import dev.muster.core.Rejection;
import dev.muster.core.hash.Fingerprint;
import dev.muster.v1.Reason;
import java.nio.ByteBuffer;

/**
 * Where a follower of the log stands, in a form that only the registry reads. Good on every node of the cluster.
 * Immutable.
 *
 * @param history fingerprint of cluster and epoch
 * @param index of the last entry that it has
 * @param chain of the state that came of it
 */
record FollowToken(long history, long index, long chain) {
    private static final byte FORMAT = 1;
    private static final int SIZE = 1 + 4 * Long.BYTES;

    static FollowToken of(RegistryState state, long index, long chain) {
        return new FollowToken(history(state), index, chain);
    }

    ByteString encode() {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE)
                .put(FORMAT)
                .putLong(history)
                .putLong(index)
                .putLong(chain)
                .putLong(checksum());
        return ByteString.copyFrom(bytes.flip());
    }

    /** Reads a token of the state's cluster and epoch; a {@link Rejection} if it is none. */
    static FollowToken decode(ByteString token, RegistryState state) {
        ByteBuffer bytes = token.asReadOnlyByteBuffer();
        if (token.size() == SIZE && bytes.get() == FORMAT) {
            FollowToken decoded = new FollowToken(bytes.getLong(), bytes.getLong(), bytes.getLong());
            if (bytes.getLong() == decoded.checksum()) {
                if (decoded.history != history(state)) {
                    throw Rejection.of(
                            Reason.REASON_WRONG_CLUSTER,
                            "resume_token: of another cluster or epoch than this one, " + state.clusterId()
                                    + "; begin a backup of this one elsewhere");
                }
                return decoded;
            }
        }
        throw Rejection.invalid("resume_token", "some bytes", "that of the last frame as it came, or nothing");
    }

    private static long history(RegistryState state) {
        return Fingerprint.mix(Fingerprint.of(state.clusterId()), state.epochId());
    }

    private long checksum() {
        return Fingerprint.mix(FORMAT, history, index, chain);
    }
}
