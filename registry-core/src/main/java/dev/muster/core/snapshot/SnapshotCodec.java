// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.core.RegistryState;
import dev.muster.internal.v1.SnapshotHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The format of a snapshot: a whole state as a stream.
 *
 * <p>What {@link #read} returns is equal to what {@link #write} was given, down to the hashes; a stream with any other
 * byte, or with one byte less or more, is refused. Both sides hold one frame beside the state, however large it is.
 * Equal states give equal bytes. Numbers are big-endian:
 *
 * <pre>
 *   8  magic "MUSTRSNP"
 *   4  format version, 1
 *      frames, in the order of {@link Section}; a section has as many frames as it needs:
 *        2  section
 *        2  flags; bit 0: who does not know the section refuses the snapshot, else skips it
 *        4  number of records
 *        4  length of the payload, up to 1 MiB
 *        4  CRC32C of the 12 bytes before and the payload
 *           payload: each record as its length (a varint) and its encoded message
 *      last, a frame of section 255 whose payload is:
 *        8  number of bytes before that frame
 *        4  CRC32C of the bytes before that frame
 * </pre>
 *
 * <p>Stateless, thus thread-safe; a state may be written while newer ones are made.
 */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    /**
     * Where in the log a snapshot stands.
     *
     * @param groupId the Raft group
     * @param term the term of the last entry that it covers
     * @param index the index of that entry
     */
    public record Position(String groupId, long term, long index) {}

    /**
     * What a snapshot holds.
     *
     * @param header where it stands
     * @param state the state there
     */
    public record Snapshot(SnapshotHeader header, RegistryState state) {}

    /** Writes the state and flushes; the stream is not closed. It gets chunks of about 256 KiB. */
    public static void write(RegistryState state, Position position, OutputStream out) throws IOException {
        new StateWriter(state, new FrameWriter(out)).writeAll(position);
    }

    /**
     * Reads a state up to the end of the stream, which is not closed.
     *
     * @throws CorruptSnapshotException if the stream is anything but one whole snapshot
     * @throws NewerSnapshotException if it is one that a newer release wrote
     * @throws IOException if the stream cannot be read
     */
    public static Snapshot read(InputStream in) throws IOException {
        return read(in, RegistryState.empty());
    }

    /**
     * Reads a state like the other, beside one that it is likely to equal: what has the same bytes in both is taken from
     * there and not made again.
     */
    public static Snapshot read(InputStream in, RegistryState known) throws IOException {
        StateReader state = new StateReader(known);
        FrameReader frames = new FrameReader(in, state);
        try {
            frames.readAll();
            return state.finish();
        } catch (InvalidProtocolBufferException e) {
            throw frames.corrupt("a record is not readable", e);
        } catch (RuntimeException e) {
            throw frames.corrupt("its records contradict each other: " + e.getMessage(), e);
        }
    }
}
