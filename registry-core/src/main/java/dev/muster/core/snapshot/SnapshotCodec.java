// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import dev.muster.core.RegistryState;
import dev.muster.internal.v1.SnapshotHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The format of a snapshot. */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    /**
     * Where in the log a snapshot stands.
     *
     * @param groupId the Raft group
     * @param term the term of the last command that it covers
     * @param index the index of that command's entry
     */
    public record Position(String groupId, long term, long index) {}

    /**
     * What a snapshot holds.
     *
     * @param header where it stands
     * @param state the state there
     */
    public record Snapshot(SnapshotHeader header, RegistryState state) {}

    /** Writes the state. The stream is neither buffered nor closed. */
    public static void write(RegistryState state, Position position, OutputStream out) throws IOException {
        throw new IOException("not written");
    }

    /** Reads a state up to the end of the stream. The stream is not closed. */
    public static Snapshot read(InputStream in) throws IOException {
        throw new CorruptSnapshotException("header", 0, "not readable");
    }
}
