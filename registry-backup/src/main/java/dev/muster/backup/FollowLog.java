// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.v1.FollowBackupResponse;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What came after a whole backup, in a file: frames as they came, each behind its length, the CRC32C of that, and its own
 * CRC32C. A last frame that was half written when its writer died is no damage: it was never called durable. Not
 * thread-safe.
 */
final class FollowLog implements AutoCloseable {
    private static final byte[] MAGIC = "MUSTRFL1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_BYTES = 3 * Integer.BYTES;
    /** A frame of entries is up to 1 MiB, or one entry. */
    private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;

    private final FileChannel channel;

    private FollowLog(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the frames one by one. */
    interface Sink {
        void take(FollowBackupResponse frame, long offset) throws IOException;
    }

    static FollowLog create(Path file) throws IOException {
        FollowLog log = new FollowLog(FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
        log.write(ByteBuffer.wrap(MAGIC));
        return log;
    }

    /** Goes on behind so many bytes, which are whole. */
    static FollowLog append(Path file, long length) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.truncate(length);
        channel.position(length);
        // The process that wrote it may have been killed before its fsync.
        channel.force(true);
        return new FollowLog(channel);
    }

    /** Appends the frame; durable when it returns. */
    void append(FollowBackupResponse frame) throws IOException {
        byte[] body = frame.toByteArray();
        write(ByteBuffer.allocate(HEAD_BYTES + body.length)
                .putInt(body.length)
                .putInt(checksum(length(body.length)))
                .putInt(checksum(body))
                .put(body)
                .flip());
        channel.force(false);
    }

    /** Reads up to the end, or to a last frame that is not whole; returns how many bytes are. */
    static long read(Path file, Sink sink) throws IOException {
        long size = Files.size(file);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            byte[] magic = in.readNBytes(MAGIC.length);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new BackupException(file, "not a log of changes, at offset 0");
            }
            long offset = MAGIC.length;
            while (size - offset >= HEAD_BYTES) {
                int length = in.readInt();
                int checkedLength = in.readInt();
                int stored = in.readInt();
                if (checkedLength != checksum(length(length)) || length < 0 || length > MAX_FRAME_BYTES) {
                    if ((length | checkedLength | stored) == 0 && isZero(in)) {
                        return offset;
                    }
                    throw damaged(file, offset);
                }
                byte[] body = in.readNBytes(length);
                if (body.length < length) {
                    return offset;
                }
                if (checksum(body) != stored) {
                    throw damaged(file, offset);
                }
                sink.take(parse(file, body, offset), offset);
                offset += HEAD_BYTES + length;
            }
            return offset;
        }
    }

    private static FollowBackupResponse parse(Path file, byte[] body, long offset) throws BackupException {
        try {
            return FollowBackupResponse.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw new BackupException(file, "unreadable, at offset " + offset, e);
        }
    }

    private static BackupException damaged(Path file, long offset) {
        return new BackupException(file, "damaged at offset " + offset + "; take another backup");
    }

    /** The size of a file may be on the disk before what was written to it. */
    private static boolean isZero(DataInputStream rest) throws IOException {
        for (int next = rest.read(); next >= 0; next = rest.read()) {
            if (next != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
