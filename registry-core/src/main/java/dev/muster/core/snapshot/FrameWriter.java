// SPDX-License-Identifier: Apache-2.0
package dev.muster.core.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.muster.core.hash.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes records as checked frames. Holds one frame in memory. Not thread-safe. */
final class FrameWriter {
    private final OutputStream out;
    private final CRC32C total = new CRC32C();
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(Frames.FULL_BYTES * 2);
    private long offset;
    private Section section = Section.HEADER;
    private int count;

    FrameWriter(OutputStream out) throws IOException {
        this.out = out;
        emit(ByteBuffer.allocate(Frames.MAGIC.length + Integer.BYTES)
                .put(Frames.MAGIC)
                .putInt(Frames.VERSION)
                .array());
    }

    /** Appends a record. Records of one section come in a row. */
    void write(Section section, MessageLite record) throws IOException {
        write(section, Fingerprint.encode(record));
    }

    /** Appends a record that is encoded already. */
    void write(Section section, ByteString record) throws IOException {
        begin(section);
        length(record.size());
        record.writeTo(payload);
        count++;
    }

    /** Closes the snapshot with its trailer. */
    void end() throws IOException {
        close();
        byte[] trailer = ByteBuffer.allocate(Frames.END_BYTES)
                .putLong(offset)
                .putInt((int) total.getValue())
                .array();
        section = Section.END;
        payload.writeBytes(trailer);
        close();
        out.flush();
    }

    private void write(Section section, byte[] record) throws IOException {
        begin(section);
        length(record.length);
        payload.writeBytes(record);
        count++;
    }

    /** As a varint. */
    private void length(int bytes) {
        int rest = bytes;
        while (rest > 0x7f) {
            payload.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        payload.write(rest);
    }

    private void begin(Section next) throws IOException {
        if (next != section || payload.size() >= Frames.FULL_BYTES) {
            close();
            section = next;
        }
    }

    private void close() throws IOException {
        if (payload.size() == 0) {
            return;
        }
        if (payload.size() > Frames.MAX_PAYLOAD_BYTES) {
            throw new IllegalStateException("a frame of " + section + " has " + payload.size()
                    + " bytes (expected: at most " + Frames.MAX_PAYLOAD_BYTES + ")");
        }
        byte[] body = payload.toByteArray();
        ByteBuffer header = ByteBuffer.allocate(Frames.HEADER_BYTES)
                .putShort((short) section.number())
                .putShort((short) Frames.REQUIRED)
                .putInt(count)
                .putInt(body.length);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, Frames.CHECKED_HEADER_BYTES);
        crc.update(body, 0, body.length);
        header.putInt((int) crc.getValue());
        emit(header.array());
        emit(body);
        payload.reset();
        count = 0;
    }

    private void emit(byte[] bytes) throws IOException {
        out.write(bytes);
        total.update(bytes, 0, bytes.length);
        offset += bytes.length;
    }
}
