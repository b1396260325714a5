// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads checked frames and hands out their records.
 *
 * <p>Nothing is allocated for a length before it was found within bounds, and no record is handed out of a frame whose
 * checksum is wrong. Not thread-safe.
 */
final class FrameReader {
    /** Takes the records one by one. */
    interface Sink {
        void accept(Section section, ByteString record) throws IOException;
    }

    private final InputStream in;
    private final Sink sink;
    private final CRC32C total = new CRC32C();
    private Section section = Section.HEADER;
    private String where = "start";
    private long frameOffset;
    private long offset;

    FrameReader(InputStream in, Sink sink) {
        this.in = in;
        this.sink = sink;
    }

    /** Reads up to the trailer, which must be the end of the stream. */
    void readAll() throws IOException {
        readStart();
        while (section != Section.END) {
            readFrame();
        }
        if (in.read() != -1) {
            throw corrupt("more bytes after the end");
        }
    }

    /** The exception that says where reading stands. */
    CorruptSnapshotException corrupt(String problem) {
        return new CorruptSnapshotException(where, frameOffset, problem);
    }

    /** The exception that says where reading stands, and why it failed. */
    CorruptSnapshotException corrupt(String problem, Exception cause) {
        return new CorruptSnapshotException(where, frameOffset, problem, cause);
    }

    private void readStart() throws IOException {
        byte[] start = take(Frames.MAGIC.length + Integer.BYTES);
        if (!Arrays.equals(start, 0, Frames.MAGIC.length, Frames.MAGIC, 0, Frames.MAGIC.length)) {
            throw corrupt("not a snapshot: wrong magic");
        }
        int version = ByteBuffer.wrap(start).getInt(Frames.MAGIC.length);
        if (version != Frames.VERSION) {
            throw corrupt("format version " + version + " (expected: " + Frames.VERSION + ")");
        }
        count(start);
    }

    private void readFrame() throws IOException {
        frameOffset = offset;
        where = "after " + section;
        ByteBuffer header = ByteBuffer.wrap(take(Frames.HEADER_BYTES));
        int number = Short.toUnsignedInt(header.getShort());
        int flags = Short.toUnsignedInt(header.getShort());
        int records = header.getInt();
        int length = header.getInt();
        int stored = header.getInt();
        where = name(number);
        if (length < 0 || length > Frames.MAX_PAYLOAD_BYTES) {
            throw corrupt("payload of " + Integer.toUnsignedString(length) + " bytes (expected: at most "
                    + Frames.MAX_PAYLOAD_BYTES + ")");
        }
        byte[] payload = take(length);
        if (stored != checksum(header.array(), payload)) {
            throw corrupt("wrong checksum; its bytes are damaged");
        }
        Section known = Section.of(number);
        if (known == Section.END) {
            readEnd(payload);
        } else if (known != null) {
            readRecords(known, records, payload);
        } else if ((flags & Frames.REQUIRED) != 0) {
            throw new NewerSnapshotException("the snapshot has a required section " + number + " of a newer release");
        }
        count(header.array());
        count(payload);
    }

    private void readEnd(byte[] payload) throws IOException {
        ByteBuffer end = ByteBuffer.wrap(payload);
        if (payload.length != Frames.END_BYTES
                || end.getLong() != frameOffset
                || end.getInt() != (int) total.getValue()) {
            throw corrupt("the trailer does not fit what came before; sections are missing or of another snapshot");
        }
        section = Section.END;
    }

    private void readRecords(Section next, int records, byte[] payload) throws IOException {
        if (next.compareTo(section) < 0) {
            throw corrupt("stands after " + section + " (expected: before)");
        }
        section = next;
        CodedInputStream body = CodedInputStream.newInstance(payload);
        for (int i = 0; i < records; i++) {
            sink.accept(next, nextRecord(body));
        }
        if (!body.isAtEnd()) {
            throw corrupt("more bytes than its " + records + " records");
        }
    }

    private ByteString nextRecord(CodedInputStream body) throws IOException {
        try {
            return body.readBytes();
        } catch (IOException e) {
            throw corrupt("fewer records than announced", e);
        }
    }

    private byte[] take(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw corrupt("cut short: " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private void count(byte[] bytes) {
        total.update(bytes, 0, bytes.length);
        offset += bytes.length;
    }

    private static int checksum(byte[] header, byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, Frames.CHECKED_HEADER_BYTES);
        crc.update(payload, 0, payload.length);
        return (int) crc.getValue();
    }

    private static String name(int number) {
        @Nullable Section known = Section.of(number);
        return known == null ? String.valueOf(number) : known.name();
    }
}
